//! How a scope ends that is cut: grace, leftovers, shields, deadlines that move, last polls.

use super::{Failed, ms, run};
use ringfence::{
    CancelToken, Reason, ScopeError, cancel,
    rt::{self, Timer},
    scope, sleep,
};
use ringfence_test::{Probe, Stepper, poll_once};
use std::{
    future::pending,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Waker,
};

// rule: scope-grace
#[test]
fn with_grace_a_child_that_looks_at_the_token_cleans_up() {
    run(async {
        let (flushed, begun) = (AtomicBool::new(false), rt::timer().now());
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| {
                s.cancelled().await;
                sleep(ms(20)).await;
                flushed.store(true, Ordering::Relaxed);
            });
            s.spawn(async {
                sleep(ms(10)).await;
                Err::<(), _>(Failed("first"))
            });
            pending().await
        })
        .grace(ms(50))
        .await;
        // The body did not look, and has used up the grace.
        assert_eq!(rt::timer().now() - begun, ms(60));
        assert_eq!(failed.unwrap_err().into_group().unwrap().len(), 1);
        assert!(flushed.into_inner());
    });
}

// rule: scope-grace
#[test]
fn a_scope_does_not_wait_for_the_end_of_the_grace_if_all_have_ended() {
    run(async {
        let begun = rt::timer().now();
        let ended = scope(async |s| -> Result<u8, Failed> {
            s.spawn_with(async |s| drop(s.cancelled().await));
            s.cancel("enough");
            Ok(7)
        })
        .grace(ms(1000))
        .await;
        assert_eq!(ended.unwrap(), 7);
        assert_eq!(rt::timer().now(), begun);
    });
}

#[test]
fn a_second_failure_within_the_grace_is_told_with_the_first() {
    run(async {
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| {
                s.cancelled().await;
                Err::<(), _>(Failed("while cleaning up"))
            });
            sleep(ms(1)).await;
            Err(Failed("body"))
        })
        .grace(ms(10))
        .await;
        let group = failed.unwrap_err().into_group().unwrap();
        let errors: Vec<_> = group.errors().map(|failed| failed.0).collect();
        assert_eq!(errors, ["body", "while cleaning up"]);
        assert!(group.first().is_body());
    });
}

#[test]
fn those_who_do_not_use_the_grace_are_told_by_name() {
    run(async {
        let left = Mutex::new(Vec::new());
        let ended = scope(async |s| -> Result<(), Failed> {
            s.child().named("stubborn").spawn(pending::<()>());
            // Whoever has not begun has no grace.
            sleep(ms(1)).await;
            s.cancel("shutting down");
            Ok(())
        });
        let ended =
            ended.grace(ms(10)).on_leftovers(|label| left.lock().unwrap().push(label.to_string()));
        assert!(ended.await.is_ok());
        assert_eq!(left.into_inner().unwrap(), ["child 0 (stubborn)"]);
    });
}

// rule: scope-shield
#[test]
fn a_shield_holds_until_its_future_has_ended() {
    run(async {
        let (committed, begun) = (AtomicBool::new(false), rt::timer().now());
        let unshielded = Probe::<Result<(), Failed>>::pending();
        let control = unshielded.controller();
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| {
                s.shield(ms(100), async {
                    sleep(ms(30)).await;
                    committed.store(true, Ordering::Relaxed);
                })
                .await;
                // Nothing protects what comes after it.
                pending::<()>().await;
            });
            s.spawn(unshielded);
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        assert!(failed.await.is_err());
        assert!(committed.into_inner());
        assert!(control.is_dropped());
        assert_eq!(rt::timer().now() - begun, ms(30));
    });
}

// rule: scope-shield
#[test]
fn a_shield_holds_no_longer_than_its_bound() {
    run(async {
        let begun = rt::timer().now();
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| s.shield(ms(40), pending::<()>()).await);
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        assert!(failed.await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(40));
    });
}

#[test]
fn a_shield_that_is_down_before_the_cancellation_protects_nothing() {
    run(async {
        let begun = rt::timer().now();
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| s.shield(ms(5), pending::<()>()).await);
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        assert!(failed.await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(10));
    });
}

#[test]
fn the_body_may_be_shielded_too() {
    run(async {
        let begun = rt::timer().now();
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn(async { Err::<(), _>(Failed("child")) });
            s.shield(ms(100), sleep(ms(30))).await;
            pending().await
        });
        assert!(failed.await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(30));
    });
}

#[test]
fn a_scope_behind_a_shield_is_not_cancelled_with_the_one_outside() {
    run(async {
        let inner_was_cancelled = AtomicBool::new(true);
        let failed = scope(async |s| -> Result<(), Failed> {
            s.spawn_with(async |s| {
                let inner = scope(async |inner| -> Result<(), Failed> {
                    sleep(ms(30)).await;
                    inner_was_cancelled.store(inner.is_cancelled(), Ordering::Relaxed);
                    Ok(())
                });
                let _ = s.shield(ms(100), inner).await;
            });
            sleep(ms(10)).await;
            Err(Failed("body"))
        });
        assert!(failed.await.is_err());
        assert!(!inner_was_cancelled.into_inner());
    });
}

#[test]
fn a_deadline_may_be_moved_and_taken_away() {
    run(async {
        let begun = rt::timer().now();
        let elapsed = scope(async |s| -> Result<(), Failed> {
            s.set_deadline(Some(begun + ms(30)));
            pending().await
        });
        let error = elapsed.timeout(ms(10)).await.unwrap_err();
        assert!(matches!(error, ScopeError::Elapsed(_)));
        assert_eq!(rt::timer().now() - begun, ms(30));

        let value = scope(async |s| -> Result<u8, Failed> {
            s.set_deadline(None);
            sleep(ms(100)).await;
            Ok(7)
        });
        assert_eq!(value.timeout(ms(10)).await.unwrap(), 7);
    });
}

// rule: scope-spawn-anyway
#[test]
fn a_child_that_is_spawned_anyway_is_polled_once() {
    run(async {
        let taken = AtomicUsize::new(0);
        let take = || async {
            taken.fetch_add(1, Ordering::Relaxed);
            pending::<()>().await;
        };
        let escaped = scope(async |s| -> Result<_, Failed> {
            s.spawn_anyway(take());
            s.cancel("enough");
            s.spawn_anyway(take());
            Ok(s)
        });
        let escaped = escaped.await.unwrap();
        assert_eq!(taken.load(Ordering::Relaxed), 2);
        let late = escaped.spawn_anyway(take());
        assert_eq!(taken.load(Ordering::Relaxed), 3);
        assert!(late.outcome().await.is_cancelled());
    });
}

#[test]
fn inside_of_a_scope_its_token_is_in_force() {
    run(async {
        let ended = scope(async |s| -> Result<(), Failed> {
            let child = s.spawn(async { Ok(cancel::current().unwrap().cancelled().await) });
            sleep(ms(1)).await;
            s.cancel("enough");
            assert_eq!(child.await.reason(), &Reason::from("enough"));
            Ok(())
        });
        assert!(ended.grace(ms(10)).await.is_ok());
        assert!(cancel::current().is_none());
    });
}

#[test]
fn a_scope_may_be_put_under_a_token_from_outside() {
    run(async {
        let stop = cancel::CancelToken::new();
        let (outer, inner) = (&stop, Probe::<()>::pending());
        let control = inner.controller();
        let served = scope(async |s| -> Result<u8, Failed> {
            s.spawn(inner);
            outer.cancel("stop");
            let cancelled = s.cancelled().await;
            assert_eq!(cancelled.reason(), &Reason::from("stop"));
            Ok(7)
        });
        assert_eq!(served.under(&stop).grace(ms(10)).await.unwrap(), 7);
        assert!(control.is_dropped());
    });
}

// rule: scope-shield
#[test]
fn a_shield_that_is_polled_outside_of_its_scope_keeps_nobody_in_it() {
    let (outer, shield) = (CancelToken::new(), Mutex::new(None));
    run(async {
        let whole = scope(async |s| -> Result<(), Failed> {
            *shield.lock().unwrap() = Some(Box::pin(s.shield(ms(9_000), pending::<()>())));
            s.spawn(pending::<()>());
            pending().await
        });
        let mut whole = Stepper::new(whole.under(&outer));
        assert!(whole.run_until_stalled().is_pending());
        let mut shield = shield.lock().unwrap().take().unwrap();
        assert!(poll_once(shield.as_mut(), Waker::noop()).is_pending());
        outer.cancel("enough");
        assert!(whole.run_until_stalled().is_ready());
    });
}
