//! Area TO: the time of a scope.

use super::{S, Why, cancelled, failures};
use crate::scene::{Log, after, elapsed, ms, run, run_deterministic};
use ringfence_core::{ScopeError, rt, rt::Timer as _, scope_local, sleep, timeout};
use ringfence_test::{Probe, TestRuntime};
use std::{fmt::Debug, future::pending, pin::pin, time::Duration};

/// Asserts that the time of a scope was up, and returns what had not ended.
#[track_caller]
fn unfinished<T: Debug>(ended: Result<T, ScopeError<Why>>) -> Vec<String> {
    match ended.expect_err("it is late") {
        ScopeError::Elapsed(elapsed) => {
            elapsed.unfinished().iter().map(|l| l.to_string()).collect()
        }
        other => panic!("not for want of time: {other}"),
    }
}

// case: TO-01
// case: TO-31
#[test]
fn a_timeout_cuts_body_and_children_names_them_and_leaves_the_caller_alone() {
    run(async {
        let outer = scope_local(async |s: S<'_>| {
            let ended = scope_local(async |s: S<'_>| {
                s.child().named("slow").spawn(after(10_000, Ok(())));
                sleep(ms(10_000)).await;
                Ok(())
            });
            assert_eq!(unfinished(ended.timeout(ms(10)).await), ["body", "child 0 (slow)"]);
            Ok(s.is_cancelled())
        });
        assert_eq!((outer.await.unwrap(), elapsed()), (false, 10));
    });
}

// case: TO-02
// case: TO-08
#[test]
fn a_deadline_is_an_instant_and_may_have_passed() {
    run(async {
        let start = rt::timer().now();
        for deadline in [start + ms(10), start] {
            let ended = scope_local(async |_: S<'_>| -> Result<(), Why> { pending().await });
            assert_eq!(unfinished(ended.deadline(deadline).await), ["body"]);
            assert_eq!(elapsed(), 10);
        }
    });
}

// case: TO-04
#[test]
fn a_limit_without_end_never_passes() {
    run(async {
        let ended = scope_local(async |s: S<'_>| Ok(s.spawn(after(1_000_000, Ok(1))).await));
        assert_eq!(ended.timeout(Duration::MAX).await.unwrap(), 1);
    });
}

// case: TO-06
// case: TO-07
#[test]
fn without_time_what_is_ready_at_once_is_taken_and_what_yields_is_cut() {
    run(async {
        let ended = scope_local(async |s: S<'_>| Ok(s.spawn(async { Ok(1) }).await));
        assert_eq!(ended.timeout(Duration::ZERO).await.unwrap(), 1);
        let waits = Probe::<Result<u32, Why>>::pending();
        let control = waits.controller();
        let ended = scope_local(async |s: S<'_>| Ok(s.spawn(waits).await));
        assert_eq!(unfinished(ended.timeout(Duration::ZERO).await), ["body", "child 0"]);
        assert_eq!(control.polls(), 1);
    });
}

// case: TO-10
// case: TO-13
#[test]
fn a_failure_or_a_cancellation_before_the_end_of_the_time_is_what_is_told() {
    run(async {
        let ended = scope_local(async |_: S<'_>| after(10, Err::<(), _>("body")).await);
        assert_eq!(failures(ended.timeout(ms(20)).await), ["body: body"]);
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            sleep(ms(10)).await;
            s.cancel("outside");
            pending().await
        });
        assert_eq!(cancelled(ended.timeout(ms(20)).await), "cancelled: outside");
        assert_eq!(elapsed(), 20);
    });
}

// case: TO-14
// asyncio lets a cancellation win that comes during the cleanup after a timeout. Here the first
// reason stays; a cancellation from outside holds outside all the same.
// rule: scope-two-reasons
#[test]
fn a_cancellation_during_the_cleanup_after_a_timeout_is_told_by_the_scope_outside() {
    run(async {
        let outer = scope_local(async |outer: S<'_>| -> Result<(), Why> {
            let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                s.cancelled().await;
                sleep(ms(20)).await;
                pending().await
            });
            outer.spawn_with(async |s| {
                sleep(ms(20)).await;
                s.cancel("outside");
            });
            assert_eq!(unfinished(inner.timeout(ms(10)).grace(ms(30)).await), ["body"]);
            pending().await
        });
        assert_eq!(cancelled(outer.grace(ms(100)).await), "cancelled: outside");
    });
}

// case: TO-16
// case: TO-17
#[test]
fn the_earlier_of_two_times_one_in_the_other_is_the_one_that_reports() {
    run(async {
        let nested = |outer: u64, inner: u64| {
            scope_local(async move |_: S<'_>| {
                let ended = scope_local(async |_: S<'_>| -> Result<(), Why> { pending().await });
                let late = ended.timeout(ms(inner)).await.is_err();
                sleep(ms(50)).await;
                Ok(late)
            })
            .timeout(ms(outer))
        };
        assert_eq!(unfinished(nested(10, 20).await), ["body"]);
        assert_eq!(elapsed(), 10);
        assert_eq!(unfinished(nested(40, 20).await), ["body"], "and the outer is still in force");
        assert_eq!(elapsed(), 50);
        assert!(nested(100, 20).await.unwrap());
    });
}

// case: TO-19
#[test]
fn no_inner_timeout_is_told_where_the_outer_scope_was_cancelled() {
    run(async {
        let outer = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel("explicitly");
            let inner = scope_local(async |_: S<'_>| -> Result<(), Why> { pending().await });
            assert_eq!(cancelled(inner.timeout(ms(10)).await), "cancelled: explicitly");
            pending().await
        });
        assert_eq!(cancelled(outer.await), "cancelled: explicitly");
    });
}

// case: TO-20
// case: SH-05
#[test]
fn behind_a_shield_an_inner_timeout_is_still_in_force() {
    let log = Log::default();
    run(async {
        let outer = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel("outside");
            let late = s.shield(ms(1000), timeout(ms(200), pending::<()>())).await;
            log.note(late.unwrap_err().to_string());
            pending().await
        });
        assert_eq!(cancelled(outer.await), "cancelled: outside");
        assert_eq!((log.take().len(), elapsed()), (1, 200));
    });
}

// case: TO-21
// rule: scope-deadline-moved
#[test]
fn a_deadline_may_be_moved_later_earlier_away_and_into_the_past() {
    run(async {
        let start = rt::timer().now();
        let moved = |to: Option<u64>| {
            scope_local(async move |s: S<'_>| {
                sleep(ms(1)).await;
                s.set_deadline(to.map(|to| start + ms(to)));
                sleep(ms(100)).await;
                Ok(())
            })
            .deadline(start + ms(50))
        };
        assert_eq!(unfinished(moved(Some(80)).await), ["body"]);
        assert_eq!(elapsed(), 80);
        assert!(moved(None).timeout(ms(50)).await.is_ok());
        assert_eq!(elapsed(), 181);
        assert_eq!(unfinished(moved(Some(0)).timeout(ms(50)).await), ["body"]);
        assert_eq!(elapsed(), 182);
    });
}

// case: TO-26
// case: TO-27
#[test]
fn a_timeout_is_told_only_when_a_child_that_takes_its_grace_has_ended() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                sleep(ms(200)).await;
                log.note("ended");
            });
            Ok(())
        });
        assert_eq!(unfinished(ended.timeout(ms(10)).grace(ms(1000)).await), ["child 0"]);
        assert_eq!((log.take().len(), elapsed()), (1, 200));
    });
}

// case: TO-28
#[test]
fn a_value_that_came_as_the_wait_was_given_up_is_kept_by_its_handle() {
    run(async {
        let mut handle = None;
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            handle = Some(s.spawn(after(10, Ok(7))));
            pending().await
        });
        assert!(ended.timeout(ms(10)).await.is_err());
        assert_eq!(handle.unwrap().await, 7);
    });
}

// case: TO-33
#[test]
fn a_scope_that_blocks_past_its_time_and_has_its_value_is_not_late() {
    run_deterministic(async {
        let clock = TestRuntime::current().clock();
        let mut whole = pin!(
            scope_local(async |_: S<'_>| {
                clock.advance(ms(100));
                Ok(1)
            })
            .timeout(ms(10))
        );
        assert_eq!(whole.as_mut().await.unwrap(), 1);
    });
}
