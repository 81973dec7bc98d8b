//! Area CL: when a cancellation is seen.

use super::{S, Why, cancelled};
use crate::scene::{Log, after, elapsed, ms, run, run_deterministic};
use ringfence_core::{gather, scope_local, sleep};
use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
use std::{cell::Cell, future::pending};

// case: CL-05
// case: SH-01
#[test]
fn what_is_shielded_waits_on_and_what_is_not_is_cut() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel("enough");
            s.shield(ms(100), async {
                sleep(ms(10)).await;
                log.note("shielded");
            })
            .await;
            assert!(s.is_cancelled(), "to look is not to wait");
            sleep(ms(1)).await;
            log.note("not shielded");
            Ok(())
        });
        assert_eq!(cancelled(ended.await), "cancelled: enough");
        assert_eq!((log.take(), elapsed()), (vec!["shielded".to_owned()], 10));
    });
}

// case: CL-07
// case: CL-10
#[test]
fn a_body_that_cancels_itself_and_then_waits_is_cut_with_the_child_it_waits_for() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let child = s.spawn(async {
                let _local = log.local("child");
                after(100_000, Ok(1)).await
            });
            sleep(ms(1)).await;
            s.cancel("by itself");
            Ok(child.await)
        });
        assert_eq!(cancelled(ended.await), "cancelled: by itself");
        assert_eq!((log.take(), elapsed()), (vec!["drop child".to_owned()], 1));
    });
}

// case: CL-08
// asyncio makes the outcome "cancelled"; here, as in trio, a value that is there is the outcome.
#[test]
fn a_body_that_cancels_itself_and_returns_without_waiting_has_its_value() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.cancel("by itself");
            Ok(1)
        });
        assert_eq!(ended.await.unwrap(), 1);
    });
}

// case: CL-13
#[test]
fn a_loop_that_yields_and_never_waits_ends_with_the_time() {
    run_deterministic(async {
        let clock = TestRuntime::current().clock();
        let steps = Cell::new(0);
        let ended = scope_local(async |_: S<'_>| -> Result<(), Why> {
            loop {
                Probe::yields(1, ()).await;
                clock.advance(ms(1));
                steps.set(steps.get() + 1);
            }
        });
        assert!(ended.timeout(ms(100)).await.is_err());
        // A turn is 64 polls; after it the clock is looked at, and then there is a last turn.
        assert!((100..=192).contains(&steps.get()), "{}", steps.get());
    });
}

// case: CL-14
#[test]
fn the_alarm_of_a_sleep_that_is_cut_is_unset() {
    run_deterministic(async {
        let clock = TestRuntime::current().clock();
        let ended = scope_local(async |s: S<'_>| {
            let sleeper = s.spawn(after(100_000, Ok(())));
            wait_all_blocked().await;
            assert_eq!(clock.alarms(), 1);
            sleeper.cancel("enough");
            assert!(sleeper.outcome().await.is_cancelled());
            assert_eq!(clock.alarms(), 0);
            Ok(())
        });
        assert!(ended.await.is_ok());
    });
}

// case: CL-15
#[test]
fn locals_of_a_cancelled_child_are_dropped_before_the_scope_returns() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(async {
                let _local = log.local("child");
                pending::<()>().await;
            });
            sleep(ms(10)).await;
            s.cancel("enough");
            pending().await
        });
        assert!(ended.await.is_err());
        log.note("returned");
        assert_eq!(log.take(), ["drop child", "returned"]);
    });
}

// case: CL-16
// anyio and trio run the child to its first checkpoint, Kotlin's `ATOMIC` too; asyncio and Kotlin's
// default never run it, and neither do we.
#[test]
fn a_child_that_is_cancelled_right_after_its_spawn_never_runs() {
    run(async {
        let child = Probe::<Result<u32, Why>>::ready(Ok(1));
        let control = child.controller();
        let ended = scope_local(async |s: S<'_>| {
            let handle = s.spawn(child);
            handle.cancel("at once");
            Ok(handle.outcome().await.is_cancelled())
        });
        assert!(ended.await.unwrap());
        assert_eq!((control.polls(), control.drops()), (0, 1));
    });
}

// case: CL-18
#[test]
fn all_who_wait_for_the_token_are_told_and_all_their_failures_kept() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for _ in 0..3 {
                s.spawn_with(async |s| {
                    s.cancelled().await;
                    Err::<(), _>("each")
                });
            }
            sleep(ms(1)).await;
            s.cancel("all");
            Ok(())
        });
        assert_eq!(super::failures(ended.grace(ms(10)).await).len(), 3);
    });
}

// case: CL-19
#[test]
fn to_cancel_a_child_that_has_ended_changes_nothing() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let child = s.spawn(after(10, Ok(7)));
            gather((sleep(ms(20)),)).await;
            assert!(child.is_finished());
            child.cancel("late");
            Ok(child.await)
        });
        assert_eq!(ended.await.unwrap(), 7);
    });
}
