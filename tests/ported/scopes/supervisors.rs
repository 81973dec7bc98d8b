//! Area SU: scopes that outlive the failures of their children.

use super::{S, Why, cancelled, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{OnFailure, scope_local, sleep};
use std::{future::pending, sync::Mutex};

// case: SU-02
#[test]
fn a_sibling_of_one_who_fails_goes_on_and_the_body_may_cancel_it() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let sibling = s.spawn(pending::<Result<(), Why>>());
            s.spawn(after(10, Err::<(), _>("e")));
            sleep(ms(50)).await;
            assert!(!sibling.is_finished());
            sibling.cancel("not needed");
            Ok(())
        });
        let ended = ended.on_failure(OnFailure::Collect).await;
        assert_eq!((failures(ended), elapsed()), (vec!["child 1: e".to_owned()], 50));
    });
}

// case: SU-03
// case: SU-04
// Kotlin rethrows the body's failure and hands a child's to the handler; here there is a group, and
// for a sink both are told as what they are.
#[test]
fn the_failure_of_the_body_cancels_children_unless_all_is_collected() {
    let log = Log::default();
    run(async {
        let sunk = Mutex::new(Vec::new());
        let ended = scope_local(async |s: S<'_>| {
            s.spawn_with(async |s| {
                s.cancelled().await;
                log.note("cancelled");
                Err::<(), _>("cleanup")
            });
            sleep(ms(10)).await;
            Err::<(), _>("body")
        });
        let sink = OnFailure::sink(|failure| sunk.lock().unwrap().push(failure.to_string()));
        let ended = ended.on_failure(sink).grace(ms(10)).await;
        assert_eq!((failures(ended), log.take().len()), (vec!["body: body".to_owned()], 1));
        assert_eq!(*sunk.lock().unwrap(), ["child 0: cleanup"]);

        let ended = scope_local(async |s: S<'_>| {
            s.spawn(after(10, Err::<(), _>("child")));
            Err::<(), _>("body")
        });
        let ended = ended.on_failure(OnFailure::Collect).await;
        assert_eq!(
            (failures(ended), elapsed()),
            (vec!["body: body".to_owned(), "child 0: child".to_owned()], 20,)
        );
    });
}

// case: SU-05
// case: SU-10
#[test]
fn a_supervisor_that_is_cancelled_from_outside_takes_its_children_along_and_tells_no_sink() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(async {
                let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                    s.spawn(async {
                        let _local = log.local("child");
                        pending::<()>().await;
                    });
                    pending().await
                });
                let sink = OnFailure::sink(|failure| unreachable!("no failure: {failure}"));
                assert_eq!(cancelled(inner.on_failure(sink).await), "cancelled: outside");
            });
            sleep(ms(10)).await;
            s.cancel("outside");
            pending().await
        });
        assert_eq!(cancelled(ended.grace(ms(1)).await), "cancelled: outside");
        assert_eq!(log.take(), ["drop child"]);
    });
}

// case: SU-06
#[test]
fn a_supervisor_that_fails_itself_fails_its_parent_and_one_that_is_cancelled_does_not() {
    run(async {
        for fails in [true, false] {
            let ended = scope_local(async |s: S<'_>| {
                let child = s.spawn(async {
                    let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                        if fails {
                            return Err("supervisor");
                        }
                        s.cancel("only this");
                        pending().await
                    });
                    match inner.on_failure(OnFailure::Collect).await {
                        Err(ringfence_core::ScopeError::Failed(group)) => {
                            Err(group.into_single().unwrap())
                        }
                        _ => Ok(()),
                    }
                });
                child.await;
                Ok(())
            });
            let ended = ended.await;
            assert_eq!(ended.is_err(), fails);
            if fails {
                assert_eq!(failures(ended), ["child 0: supervisor"]);
            }
        }
    });
}

// case: SU-07
#[test]
fn a_cancelled_child_is_nothing_for_the_sink() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(pending::<Result<(), Why>>()).cancel("not needed");
            sleep(ms(10)).await;
            Ok(1)
        });
        let sink = OnFailure::sink(|failure| unreachable!("no failure: {failure}"));
        assert_eq!(ended.on_failure(sink).await.unwrap(), 1);
    });
}

// case: SU-08
#[test]
fn the_failure_of_an_owned_child_is_seen_by_its_owner_only() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let owned = s.spawn_owned(after(10, Err::<u32, _>("owned")));
            let sibling = s.spawn(after(20, Ok(2)));
            let outcome = owned.await;
            assert!(outcome.is_failure());
            Ok(sibling.await)
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (2, 20));
    });
}

// case: SU-09
// Eio's handler may raise; a sink returns nothing, and fails the scope by cancelling it or by its
// panic, for which see PA-10.
#[test]
fn a_sink_that_has_seen_enough_ends_the_scope() {
    run(async {
        let mut seen = 0;
        let token = ringfence_core::CancelToken::new();
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            for n in 1..=10 {
                s.spawn(after(10 * n, Err::<(), _>("e")));
            }
            pending().await
        });
        let sink = OnFailure::sink(|_| {
            seen += 1;
            if seen == 3 {
                token.cancel("three failures");
            }
        });
        let ended = ended.under(&token).on_failure(sink).await;
        assert_eq!((cancelled(ended), elapsed()), ("cancelled: three failures".to_owned(), 30));
    });
}

// case: SU-15
#[test]
fn a_child_that_ignores_that_it_was_asked_is_dropped_after_its_time_at_once_or_never() {
    let log = Log::default();
    run(async {
        let supervised = scope_local(async |s: S<'_>| {
            let times = [("brutal_kill", 0), ("shutdown", 30), ("infinity", u64::MAX)];
            for (name, millis) in times {
                let (log, local) = (log.clone(), log.local(name));
                s.child().grace(ms(millis)).spawn(async move {
                    let _local = local;
                    // It has something to do, and looks at nothing.
                    after(100, ()).await;
                    log.note(format!("{name} is done"));
                });
            }
            after(10, ()).await;
            log.note("asked");
            Err::<(), Why>("enough")
        });
        assert!(supervised.await.is_err());
        assert_eq!(elapsed(), 100);
    });
    let expected =
        ["asked", "drop brutal_kill", "drop shutdown", "infinity is done", "drop infinity"];
    assert_eq!(log.take(), expected);
}
