//! Scopes that take a place for each child.

use super::{line_up, served};
use crate::verbs::caught;
use ringfence_core::{Limiter, Scope, gather, scope, sleep};
use ringfence_test::{Controller, Probe, Stepper, panicking_waker, poll_once};
use std::{future::pending, pin::pin, sync::Mutex, task::Poll, time::Duration};

type Ended = Result<(), &'static str>;

fn three() -> (Vec<Probe<Ended>>, Vec<Controller<Ended>>) {
    let children: Vec<_> = (0..3).map(|_| Probe::pending()).collect();
    let controls = children.iter().map(Probe::controller).collect();
    (children, controls)
}

// rule: limiter-verbs
#[test]
fn a_child_of_a_scope_begins_when_it_has_a_place() {
    let limiter = Limiter::new(2);
    let others = limiter.try_acquire(2).unwrap();
    let (children, controls) = three();
    let mut running = Stepper::new(
        scope(async |s| -> Ended {
            children.into_iter().for_each(|child| drop(s.spawn(child)));
            Ok(())
        })
        .limit(&limiter),
    );
    let begun = || [0, 1, 2].map(|n| controls[n].polls() > 0);
    assert!(running.run_until_stalled().is_pending());
    assert_eq!(begun(), [false; 3]);
    drop(others);
    assert!(running.run_until_stalled().is_pending());
    assert_eq!(begun(), [true, true, false]);

    let mut other = line_up(&limiter, 1);
    controls[0].complete(Ok(()));
    assert!(running.run_until_stalled().is_pending());
    assert_eq!(begun(), [true, true, true], "it was in line before the other");
    controls[1].complete(Ok(()));
    assert!(running.run_until_stalled().is_pending());
    drop(served(&mut other));
    controls[2].complete(Ok(()));
    assert!(matches!(running.run_until_stalled(), Poll::Ready(Ok(()))));
    assert_eq!(limiter.available(), 2);
}

// rule: limiter-dropped
#[test]
fn a_scope_that_is_cancelled_failed_or_dropped_gives_back_its_places_and_leaves_the_line() {
    for end in ["cancelled", "failed", "dropped", "child cancelled"] {
        let limiter = Limiter::new(2);
        let (children, controls) = three();
        let handles = Mutex::new(Vec::new());
        let scoped = scope(async |s| -> Ended {
            for child in children {
                handles.lock().unwrap().push(s.spawn(child));
            }
            sleep(Duration::from_secs(9)).await;
            if end == "cancelled" {
                s.cancel("enough");
            }
            pending().await
        });
        let mut running = Stepper::new(scoped.limit(&limiter));
        ringfence_test::run(0, async {
            assert!(running.run_until_stalled().is_pending());
            assert_eq!(limiter.available(), 0);
            match end {
                "cancelled" => {
                    sleep(Duration::from_secs(9)).await;
                    assert!(running.run_until_stalled().is_ready());
                }
                "failed" => {
                    controls[1].complete(Err("boom"));
                    assert!(running.run_until_stalled().is_ready());
                }
                "child cancelled" => {
                    let handles = std::mem::take(&mut *handles.lock().unwrap());
                    handles.iter().for_each(|handle| handle.cancel("not needed"));
                    assert!(running.run_until_stalled().is_pending());
                }
                _ => {}
            }
            if end == "dropped" {
                drop(running);
            }
        });
        assert!(limiter.try_acquire(2).is_some(), "{end}");
        assert!(controls.iter().all(Controller::is_dropped), "{end}");
        assert_eq!(controls[2].polls(), 0, "{end}");
    }
}

// rule: limiter-dropped
#[test]
fn who_waits_for_a_place_while_nothing_else_is_left_is_dropped_if_the_scope_is_cancelled() {
    let limiter = Limiter::new(1);
    let _others = limiter.try_acquire(1).unwrap();
    let child = Probe::<Ended>::pending();
    let (control, outside) = (child.controller(), Mutex::new(None));
    let scoped = scope(async |s: Scope<'_, &'static str>| -> Ended {
        s.spawn(child);
        *outside.lock().unwrap() = Some(s);
        Ok(())
    });
    let mut running = Stepper::new(scoped.limit(&limiter));
    assert!(running.run_until_stalled().is_pending());
    outside.lock().unwrap().take().unwrap().cancel("enough");
    assert!(running.run_until_stalled().is_ready());
    assert_eq!((control.polls(), control.drops()), (0, 1));
}

// rule: limiter-verbs
#[test]
fn body_and_daemons_take_no_place() {
    let limiter = Limiter::new(1);
    let place = limiter.try_acquire(1);
    let daemon = Probe::<()>::pending();
    let control = daemon.controller();
    let scoped = scope(async |s| -> Ended {
        s.daemon(daemon);
        sleep(Duration::from_secs(1)).await;
        Ok(())
    });
    assert!(ringfence_test::run(0, scoped.limit(&limiter)).is_ok());
    assert_eq!(control.polls(), 1);
    drop(place);
}

// rule: limiter-verbs
#[test]
fn a_limiter_spans_scopes_and_verbs() {
    let (limiter, crowd) = (Limiter::new(3), Mutex::new((0, 0)));
    let child = || async {
        {
            let mut crowd = crowd.lock().unwrap();
            crowd.0 += 1;
            crowd.1 = crowd.1.max(crowd.0);
        }
        sleep(Duration::from_millis(10)).await;
        crowd.lock().unwrap().0 -= 1;
    };
    ringfence_test::run(0, async {
        let scoped = scope(async |s| -> Ended {
            (0..10).for_each(|_| drop(s.spawn(child())));
            Ok(())
        });
        let verb = gather((0..10).map(|_| child())).limit(&limiter);
        let (scoped, _) = gather((scoped.limit(&limiter), verb)).await;
        assert!(scoped.is_ok());
        let elapsed = ringfence_test::TestRuntime::current().clock().elapsed();
        assert_eq!(elapsed, Duration::from_millis(70), "twenty children, three at a time");
    });
    assert_eq!(crowd.into_inner().unwrap(), (0, 3));
}

// rule: limiter-dropped
#[test]
fn a_scope_whose_waiting_child_is_cancelled_stands_in_line_no_more() {
    let limiter = Limiter::new(1);
    let taken = limiter.try_acquire(1);
    let mut waits = None;
    let mut running = Stepper::new(
        scope(|s: Scope<'_, &str>| {
            waits = Some(s.spawn(pending::<()>()));
            pending::<Ended>()
        })
        .limit(&limiter),
    );
    assert!(running.run_until_stalled().is_pending());
    let mut other = line_up(&limiter, 1);
    waits.unwrap().cancel("not needed");
    assert!(running.run_until_stalled().is_pending());
    drop(taken);
    drop(served(&mut other));
}

// rule: limiter-dropped
#[test]
fn a_child_that_is_cut_gives_back_its_place_while_another_has_its_grace() {
    let limiter = Limiter::new(2);
    let mut running = Stepper::new(
        scope(async |s: Scope<'_, &str>| -> Ended {
            s.child().grace(Duration::from_secs(9)).spawn(pending::<()>());
            s.spawn(pending::<()>());
            sleep(Duration::from_secs(1)).await;
            s.cancel("enough");
            pending().await
        })
        .limit(&limiter),
    );
    ringfence_test::run(0, async {
        assert!(running.run_until_stalled().is_pending());
        assert_eq!(limiter.available(), 0);
        sleep(Duration::from_secs(2)).await;
        assert!(running.run_until_stalled().is_pending());
        assert_eq!(limiter.available(), 1);
        drop(running);
    });
    assert_eq!(limiter.available(), 2);
}

// trap: T8
// rule: limiter-wakers
#[test]
fn a_waker_that_panics_when_a_child_gives_back_its_place_ends_the_scope_as_a_panic_does() {
    let limiter = Limiter::new(1);
    let (child, daemon) = (Probe::<Ended>::pending(), Probe::<Ended>::pending());
    let controls = [child.controller(), daemon.controller()];
    let mut running = Stepper::new(
        scope(async |s| -> Ended {
            s.spawn(child);
            s.daemon(daemon);
            pending().await
        })
        .limit(&limiter),
    );
    assert!(running.run_until_stalled().is_pending());
    let mut other = pin!(limiter.acquire(1));
    assert!(poll_once(other.as_mut(), &panicking_waker("a waker panics")).is_pending());
    controls[0].complete(Ok(()));
    let message = caught(|| running.run_until_stalled().is_ready()).unwrap_err();
    assert_eq!(message, "a waker panics");
    controls.iter().for_each(Controller::assert_sound);
    assert!(controls[1].is_dropped());
}

// trap: T8
// rule: limiter-wakers
#[test]
fn a_waker_that_panics_when_a_waiting_child_is_cancelled_ends_the_scope_as_a_panic_does() {
    let limiter = Limiter::new(2);
    let taken = limiter.try_acquire(1);
    let (sibling, mut waits) = (Probe::<Ended>::pending(), None);
    let control = sibling.controller();
    let mut running = Stepper::new(
        scope(|s: Scope<'_, &str>| {
            s.spawn(sibling);
            waits = Some(s.spawn(pending::<()>()));
            pending::<Ended>()
        })
        .limit(&limiter),
    );
    assert!(running.run_until_stalled().is_pending());
    let mut other = pin!(limiter.acquire(1));
    assert!(poll_once(other.as_mut(), &panicking_waker("a waker panics")).is_pending());
    // The place is the waiting child's now, who gives it up.
    drop(taken);
    waits.unwrap().cancel("not needed");
    let message = caught(|| running.run_until_stalled().is_ready()).unwrap_err();
    assert_eq!(message, "a waker panics");
    control.assert_sound();
    assert!(control.is_dropped());
}
