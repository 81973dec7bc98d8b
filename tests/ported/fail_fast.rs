//! Area FF: the first failure, as far as the flat verbs go.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{Outcome, settle, timeout, try_gather};
use ringfence_test::{Probe, Stepper};
use std::{future::pending, task::Poll};
use tokio::sync::Semaphore;

// case: FF-01
// rule: try-gather-rest
#[test]
fn the_first_error_cancels_the_others_and_what_comes_after_is_not_reached() {
    let log = Log::default();
    run(async {
        let whole = async {
            let sleeper = async {
                let _local = log.local("sleeper");
                after(1000, ()).await;
                log.note("slept");
                Ok(())
            };
            try_gather((after(100, Err::<(), _>("A")), sleeper)).await?;
            log.note("after");
            Ok::<(), &str>(())
        };
        assert_eq!(whole.await, Err("A"));
        assert_eq!((log.take(), elapsed()), (vec!["drop sleeper".to_owned()], 100));
    });
}

// case: FF-02
// asyncio keeps the errors of all that failed before the cancellation reached them; one operation
// named by the caller returns the first. `settle` has them all.
#[test]
fn of_errors_at_the_same_instant_the_first_is_returned() {
    run(async {
        let failing = || vec![after(10, Err::<(), _>(0)), after(10, Err(1)), after(10, Err(2))];
        assert_eq!(try_gather(failing()).await, Err(0));
        let errors: Vec<_> = settle(failing()).await.into_iter().filter_map(Outcome::ok).collect();
        assert_eq!(errors, [Err(0), Err(1), Err(2)]);
    });
}

// case: FF-11
#[test]
fn whichever_fails_first_cancels_the_other_before_the_error_is_returned() {
    for first in [0, 1] {
        let log = Log::default();
        run(async {
            let child = |place: u64, name| {
                let local = log.local(name);
                async move {
                    let _local = local;
                    after(if place == first { 10 } else { 1000 }, Err::<u64, _>(place)).await
                }
            };
            let failed = try_gather((child(0, "one"), child(1, "two"))).await;
            log.note("returned");
            assert_eq!((failed, elapsed()), (Err(first), 10));
            assert_eq!(log.take().pop(), Some("returned".to_owned()));
        });
    }
}

// case: FF-17
// rule: try-gather-error
#[test]
fn an_error_from_four_levels_down_arrives_as_it_was() {
    run(async {
        let level4 = async {
            try_gather((after(10, Err::<(), _>("deep")), pending::<Result<(), _>>())).await
        };
        let level3 = async { try_gather((level4, pending::<Result<(), _>>())).await };
        let level2 = async { try_gather([level3]).await };
        let level1 = async { try_gather(vec![level2]).await };
        assert_eq!(level1.await.unwrap_err(), "deep");
    });
}

// case: FF-20
// A child's own "cancelled" is an error like any other to a verb over `Result`s, since the type
// says `Err`; `settle` lets the siblings finish.
#[test]
fn a_child_that_reports_itself_cancelled_does_not_cancel_its_siblings_in_settle() {
    run(async {
        let children = [after(10, Err("cancelled")), after(20, Ok(2))];
        let outcomes = settle(children).await.map(Outcome::ok);
        assert_eq!((outcomes, elapsed()), ([Some(Err("cancelled")), Some(Ok(2))], 20));
    });
}

// case: FF-22
#[test]
fn a_sibling_that_waits_for_a_permit_is_cancelled_and_the_error_is_the_original() {
    run(async {
        let permits = Semaphore::new(1);
        let holder = async {
            let _permit = permits.acquire().await.unwrap();
            after(10, Err::<(), _>("original")).await
        };
        let waiter = async {
            let _permit = permits.acquire().await.map_err(|_| "closed")?;
            Ok(())
        };
        assert_eq!(try_gather((holder, waiter)).await, Err("original"));
        assert_eq!(permits.available_permits(), 1);
    });
}

// case: FF-23
#[test]
fn the_error_is_the_one_that_caused_the_cancellation_never_the_cancellation() {
    run(async {
        let blocked = async {
            pending::<()>().await;
            Err::<(), _>("cancelled")
        };
        assert_eq!(try_gather((blocked, after(10, Err::<(), _>("err1")))).await, Err("err1"));
    });
}

// case: FF-24
#[test]
fn settle_waits_for_the_others_after_an_error() {
    run(async {
        let children = [after(0, Err("err1")), after(10, Ok(()))];
        assert_eq!(settle(children).await.map(Outcome::ok), [Some(Err("err1")), Some(Ok(()))]);
        assert_eq!(elapsed(), 10);
    });
}

// case: FF-25
#[test]
fn if_the_first_fails_at_once_the_second_never_starts() {
    let children = [Probe::ready(Err::<(), _>("Failed")), Probe::pending()];
    let second = children[1].controller();
    assert_eq!(Stepper::new(try_gather(children)).step(), Poll::Ready(Err("Failed")));
    assert_eq!((second.polls(), second.drops()), (0, 1));

    let (first, second) = (Probe::yields(2, Ok::<(), _>(())), Probe::ready(Err::<(), _>("Failed")));
    let stopped = first.controller();
    assert_eq!(Stepper::new(try_gather((first, second))).step(), Poll::Ready(Err("Failed")));
    assert_eq!((stopped.polls(), stopped.drops()), (1, 1));
}

// case: CL-16
// asyncio and Kotlin never run a child that is cancelled right after its start, trio runs it to
// its first checkpoint. Here a child runs when it is polled: not at all, if the verb is not.
#[test]
fn a_verb_that_is_dropped_before_its_first_poll_runs_no_child() {
    run(async {
        let children = [Probe::ready(Ok::<_, ()>(1)), Probe::pending()];
        let controls = children.each_ref().map(Probe::controller);
        drop(timeout(ms(1), try_gather(children)));
        assert_eq!(controls.map(|control| (control.polls(), control.drops())), [(0, 1), (0, 1)]);
    });
}
