//! Area TO: deadlines and timeouts, of the flat verbs and of one future.

use crate::scene::{Log, after, elapsed, ms, run, run_deterministic};
use ringfence_core::{
    Elapsed, Outcome, TimeLimit, gather, race, rt, rt::Timer as _, settle, sleep, timeout,
    timeout_at, try_gather,
};
use ringfence_test::{Probe, TestRuntime};
use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

// case: TO-01
#[test]
fn a_timeout_cuts_what_takes_too_long() {
    run(async {
        let error = timeout(ms(10), after(10_000, ())).await.unwrap_err();
        assert_eq!((error.limit(), elapsed()), (TimeLimit::After(ms(10)), 10));
        assert!(gather([after(10_000, ())]).timeout(ms(10)).await.is_err());
        assert_eq!(elapsed(), 20);
    });
}

// case: TO-02
// rule: timeout-timer
#[test]
fn a_deadline_is_an_instant_of_the_timer_in_force_and_is_told() {
    run(async {
        let deadline = rt::timer().now() + ms(10);
        let error = timeout_at(deadline, pending::<()>()).await.unwrap_err();
        assert_eq!((error.limit(), elapsed()), (TimeLimit::At(deadline), 10));
        // It has passed: what is not ready at once is cut at once.
        assert!(gather([after(1, ())]).deadline(deadline).await.is_err());
        assert_eq!(elapsed(), 10);
    });
}

// case: TO-03
// rule: timeout-on-settle
#[test]
fn settle_goes_on_after_its_time_without_an_error() {
    let log = Log::default();
    run(async {
        let child = async {
            after(100, ()).await;
            log.note("too late");
        };
        let (outcome,) = settle((child,)).timeout(ms(10)).await;
        assert!(outcome.is_cancelled());
        sleep(ms(1000)).await;
        assert!(log.take().is_empty());
    });
}

// case: TO-04
// rule: timeout-forever
#[test]
fn a_limit_without_end_never_passes() {
    run(async {
        assert_eq!(timeout(Duration::MAX, after(1_000_000, 1)).await, Ok(1));
        assert_eq!(gather((after(1_000_000, 1),)).timeout(Duration::MAX).await, Ok((1,)));
    });
}

// case: TO-06
// The body of asyncio's timeout of 0 ends at its first checkpoint; so does one future here.
#[test]
fn without_time_a_future_that_yields_is_cut_at_its_first_yield() {
    run(async {
        assert!(timeout(ms(0), Probe::yields(1, ())).await.is_err());
        assert_eq!(elapsed(), 0);
    });
}

// case: TO-07
// asyncio does not even start it. Here it is polled once: what is ready is taken.
// rule: timeout-zero
#[test]
fn without_time_a_future_is_polled_once_and_its_value_taken() {
    run(async {
        assert_eq!(timeout(ms(0), async { 1 }).await, Ok(1));
        assert_eq!(try_gather((async { Ok::<_, ()>(1) },)).timeout(ms(0)).await, Ok(Ok((1,))));
    });
}

// case: TO-08
// There are no negative durations; a deadline that has passed is as no time.
#[test]
fn a_deadline_in_the_past_is_as_no_time() {
    run(async {
        sleep(ms(100)).await;
        let past = rt::timer().now() - ms(50);
        assert_eq!(timeout_at(past, async { 1 }).await, Ok(1));
        assert!(timeout_at(past, after(1, 1)).await.is_err());
        assert_eq!(elapsed(), 100);
    });
}

// case: TO-10
#[test]
fn an_error_before_the_end_of_the_time_is_the_error() {
    run(async {
        let failed = try_gather([after(5, Err("boom")), after(100, Ok(()))]).timeout(ms(10)).await;
        assert_eq!((failed, elapsed()), (Ok(Err("boom")), 5));
    });
}

/// Which of two timeouts, one in the other, reports.
async fn nested(outer: u64, inner: u64) -> Result<Result<(), Elapsed>, Elapsed> {
    timeout(ms(outer), timeout(ms(inner), pending())).await
}

// case: TO-15
// asyncio and trio report the outer one. Scopes do, too; plain timeouts know nothing of each other,
// and what the inner one has returned is a value to the outer, which gives up no value.
#[test]
fn of_two_timeouts_at_the_same_instant_the_inner_reports() {
    run(async {
        assert!(matches!(nested(10, 10).await, Ok(Err(_))));
    });
}

// case: TO-16
#[test]
fn an_outer_timeout_that_is_earlier_reports() {
    run(async {
        assert!(nested(10, 20).await.is_err());
        assert_eq!(elapsed(), 10);
    });
}

// case: TO-17
#[test]
fn an_inner_timeout_that_is_earlier_reports_and_the_outer_is_still_in_force() {
    run(async {
        assert!(matches!(nested(20, 10).await, Ok(Err(_))));
        let after_it = timeout(ms(20), async {
            assert!(timeout(ms(10), pending::<()>()).await.is_err());
            pending::<()>().await;
        });
        assert!(after_it.await.is_err());
        assert_eq!(elapsed(), 30);
    });
}

// case: TO-33
#[test]
fn a_child_that_blocks_past_the_deadline_and_has_a_value_is_not_late() {
    run_deterministic(async {
        let clock = TestRuntime::current().clock();
        let blocks = async {
            clock.advance(ms(1000));
            1
        };
        assert_eq!(gather((blocks,)).timeout(ms(10)).await, Ok((1,)));
        assert_eq!(elapsed(), 1000);
    });
}

// case: TO-36
// rule: settle-deadline
#[test]
fn settle_tells_of_all_in_their_order_although_time_was_up() {
    run(async {
        let children = [after(10, 'a'), after(30, 'b'), after(20, 'c'), after(40, 'd')];
        let outcomes = settle(children).timeout(ms(25)).await;
        assert_eq!(outcomes.map(Outcome::ok), [Some('a'), None, Some('c'), None]);
    });
}

// case: TO-37
// rule: timeout-elapsed
// rule: named-elapsed
#[test]
fn other_verbs_are_late_although_some_children_have_ended() {
    run(async {
        let late = gather([after(10, 1), after(100, 2)]).named("both").timeout(ms(50)).await;
        let message = "`both` timed out after 50ms; unfinished: child 1";
        assert_eq!(late.unwrap_err().to_string(), message);
        let late = try_gather([after(10, Ok::<_, ()>(1)), after(100, Ok(2))]).timeout(ms(50)).await;
        assert!(late.is_err());
        assert!(race([pending::<()>()]).timeout(ms(50)).await.is_err());
    });
}

// case: TO-39
// rule: timeout-nested
#[test]
fn a_childs_own_timeout_is_told_from_the_verbs() {
    run(async {
        let inner = timeout(ms(10), pending::<()>());
        let outer = try_gather((inner,)).named("outer").timeout(ms(1000)).await;
        let theirs = outer.expect("the verb was in time").unwrap_err();
        assert_eq!((theirs.name(), theirs.limit()), (None, TimeLimit::After(ms(10))));
        assert_eq!(elapsed(), 10);
    });
}

// case: TO-42
#[test]
fn of_ten_thousand_timeouts_none_lets_its_sleep_end() {
    run(async {
        let cut = (0..10_000).map(|_| timeout(ms(50), sleep(ms(1000))));
        assert!(gather(cut).await.iter().all(Result::is_err));
        assert_eq!(elapsed(), 50);
    });
}

// case: TO-28
// rule: timeout-value-wins
#[test]
fn a_value_that_comes_with_the_end_of_the_time_wins() {
    run(async {
        assert_eq!(timeout(ms(50), after(50, 1)).await, Ok(1));
        assert_eq!(gather([after(50, 1), after(50, 2)]).timeout(ms(50)).await, Ok([1, 2]));
        assert_eq!(settle([after(50, 1)]).timeout(ms(50)).await.map(Outcome::ok), [Some(1)]);
    });
}

// case: CL-15
// rule: timeout-dropped-first
#[test]
fn locals_of_a_child_that_is_cut_are_dropped_before_the_verb_returns() {
    let dropped = Arc::new(Mutex::new(false));
    let told = Arc::clone(&dropped);
    run(async {
        let child = Probe::<()>::pending().on_drop(move || *told.lock().unwrap() = true);
        assert!(gather((child,)).timeout(ms(10)).await.is_err());
        assert!(*dropped.lock().unwrap());
    });
}
