//! Area TO, continued: deadlines that are overrun, told of, and moved.

use super::{S, Why};
use crate::scene::{Log, elapsed, ms, run, run_deterministic};
use ringfence_core::{Reason, ScopeError, rt, rt::Timer as _, scope_local, sleep};
use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
use std::{future::pending, time::Duration};

// case: TO-18
#[test]
fn of_two_deadlines_overrun_without_a_wait_the_outer_one_is_what_the_outer_scope_tells() {
    let log = Log::default();
    run_deterministic(async {
        let clock = TestRuntime::current().clock();
        let outer = scope_local(async |_: S<'_>| -> Result<(), Why> {
            let inner = scope_local(async |_: S<'_>| -> Result<(), Why> {
                // Both are past before anybody could look.
                clock.advance(ms(200));
                pending().await
            });
            if let Err(ScopeError::Elapsed(_)) = inner.timeout(ms(100)).await {
                log.note("inner");
            }
            pending().await
        });
        let ended = outer.named("outer").timeout(ms(2)).await;
        let Err(ScopeError::Elapsed(late)) = ended else { panic!("it is late") };
        assert_eq!((late.name(), elapsed()), (Some("outer"), 200));
    });
    // A value or an error of the body's counts for more than the time, so the body may hear of the
    // inner one first.
    assert_eq!(log.take(), ["inner"]);
}

// case: TO-35
// rule: scope-leftovers
#[test]
fn who_is_told_of_leftovers_is_told_once_of_each_when_the_scope_is_cancelled_already() {
    let log = Log::default();
    run(async {
        let mut told = Vec::new();
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.child().named("stays").spawn(pending::<()>());
            s.child().named("goes").spawn({
                let (s, log) = (s.clone(), log.clone());
                async move {
                    log.note(s.cancelled().await.to_string());
                }
            });
            pending().await
        });
        let ended = ended.on_leftovers(|label| told.push(label.to_string()));
        assert!(ended.timeout(ms(10)).grace(ms(10)).await.is_err());
        assert_eq!(told, ["body", "child 0 (stays)"]);
        assert_eq!((log.take().len(), elapsed()), (1, 20));
    });
}

// case: TO-43
// rule: scope-deadline-moved
#[test]
fn a_deadline_that_is_moved_thousands_of_times_is_one_alarm() {
    run_deterministic(async {
        let (clock, start) = (TestRuntime::current().clock(), rt::timer().now());
        let ended = scope_local(async |s: S<'_>| {
            for n in 0..5_000 {
                s.set_deadline(Some(start + Duration::from_secs(10 + n)));
                Probe::yields(1, ()).await;
                assert!(clock.alarms() <= 1, "{}", clock.alarms());
            }
            wait_all_blocked().await;
            assert_eq!(clock.alarms(), 1);
            Ok(s.token().reason())
        });
        assert_eq!(ended.deadline(start + ms(1)).await.unwrap(), None::<Reason>);
        assert_eq!(clock.alarms(), 0);
        sleep(ms(1)).await;
    });
}
