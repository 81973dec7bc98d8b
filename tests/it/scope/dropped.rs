//! Scopes that are dropped, or not even that.

use super::{Output, Said, Why, reason, step};
use crate::verbs::caught;
use ringfence_core::{
    CancelToken, Handle, PanicPolicy, Reason, Scope, cancel, scope, sleep, timeout,
};
use ringfence_test::{Controller, CountingWaker, Probe, Stepper, Tally, poll_once, run};
use std::{
    future::pending,
    mem,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

// trap: T1
// rule: scope-forgotten
#[test]
fn a_scope_that_is_forgotten_is_a_leak_and_touches_nothing_any_more() {
    let numbers = vec![1, 2, 3];
    let children = [(); 100].map(|()| Probe::<Output>::pending());
    let controls = children.each_ref().map(Probe::controller);
    let handles: Mutex<Vec<Handle<u32>>> = Mutex::default();
    let mut whole = Box::pin(scope(async |s: Scope<'_, Why>| -> Output {
        for child in children {
            handles.lock().unwrap().push(s.spawn(async {
                child.await?;
                Ok(numbers.iter().sum())
            }));
        }
        pending().await
    }));
    let waker = CountingWaker::new();
    assert!(poll_once(whole.as_mut(), &waker.waker()).is_pending());
    mem::forget(whole);
    let handles = handles.into_inner().unwrap();
    drop(numbers);

    controls.iter().for_each(|control| assert!(control.complete(Ok(0))));
    for mut handle in handles {
        handle.cancel("enough");
        assert!(poll_once(Pin::new(&mut handle), &waker.waker()).is_pending());
        assert!(!handle.is_finished());
    }
    assert!(controls.iter().all(|control| control.drops() == 0));
}

// trap: T3
// rule: scope-drop
#[test]
fn a_timeout_that_drops_a_scope_has_dropped_body_children_and_grandchildren_when_it_returns() {
    run(0, async {
        let tally = Tally::new();
        let [body, child, grandchild] = [(); 3].map(|()| tally.count(()));
        let whole = scope(async |s| -> Output {
            let _body = body;
            s.spawn_with(async |_| {
                let _child = child;
                let inner = scope(async |s: Scope<'_, Why>| -> Output {
                    s.spawn(async {
                        let _grandchild = grandchild;
                        sleep(Duration::MAX).await;
                    });
                    pending().await
                });
                inner.first().await
            });
            pending().await
        });
        let late = timeout(Duration::from_secs(1), whole).await;
        assert!(late.is_err());
        tally.assert_all_dropped_once();
    });
}

// trap: T3
// rule: scope-drop-order
#[test]
fn a_dropped_scope_drops_the_body_then_children_as_they_came_then_daemons_as_they_did_not() {
    for steps in [1, 2] {
        let order = Arc::new(Mutex::new(Vec::new()));
        let child = |name: &'static str| {
            let order = order.clone();
            Probe::<Output>::pending().on_drop(move || order.lock().unwrap().push(name))
        };
        let body = child("body");
        let mut whole = Stepper::new(
            scope(|s: Scope<'_, Why>| {
                s.daemon(child("daemon 1"));
                s.spawn(child("child 1"));
                s.daemon(child("daemon 2"));
                s.spawn(child("child 2"));
                s.spawn(child("child 3"));
                body
            })
            .limit(2),
        );
        // Before the first step they are at the door, after it two of them wait for a place.
        for _ in 1..steps {
            assert_eq!(step(&mut whole), Said::Pending);
        }
        drop(whole);
        let order = order.lock().unwrap().join(", ");
        assert_eq!(order, "body, child 1, child 2, child 3, daemon 2, daemon 1");
    }
}

// trap: T3
// rule: scope-token-end
#[test]
fn who_waits_for_the_token_or_a_child_of_a_dropped_scope_is_told() {
    for steps in [0, 1] {
        let mut outside = None;
        let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
            outside = Some((s.clone(), s.spawn(Probe::<Output>::pending())));
            pending::<Output>()
        }));
        for _ in 0..steps {
            assert_eq!(step(&mut whole), Said::Pending);
        }
        drop(whole);
        assert!(!outside.as_ref().unwrap().1.id().is_body());
        let (s, handle) = outside.unwrap();
        assert_eq!(
            reason(ringfence::block_on(handle.outcome())),
            "cancelled: the parent was dropped"
        );
        assert!(s.is_cancelled());
        let cancelled = ringfence::block_on(s.cancelled()).to_string();
        assert_eq!(cancelled, "cancelled: the parent was dropped");
    }
}

// trap: T21
// case: PF-01
// rule: scope-drop
#[test]
fn a_hundred_thousand_scopes_each_under_the_token_of_the_one_before_are_cancelled_and_dropped() {
    let mut token = CancelToken::new();
    let mut scopes = Vec::new();
    for _ in 0..100_000 {
        let mut inner = None;
        let mut whole = Stepper::new(
            scope(|s: Scope<'_, Why>| {
                inner = Some(s.clone());
                pending::<Output>()
            })
            .under(&token),
        );
        assert!(whole.step().is_pending());
        token = inner.unwrap().token();
        scopes.push(whole);
    }
    assert!(!token.is_cancelled());
    drop(scopes.remove(0));
    assert_eq!(token.reason(), Some(Reason::Dropped), "the last is told at once");
    let said = step(scopes.last_mut().unwrap());
    assert_eq!(said, Said::Cancelled("cancelled: the parent was dropped".to_owned()));
    drop(scopes);
}

/// Cancels the scope, and a sibling, when it is dropped.
struct CancelsOnDrop<'env>(Scope<'env, Why>, Handle<u32>);

impl Drop for CancelsOnDrop<'_> {
    fn drop(&mut self) {
        self.1.cancel("by a destructor");
        self.0.cancel("by a destructor");
    }
}

// trap: T21
// rule: scope-drop
// rule: scope-drop-spawns
#[test]
fn a_destructor_that_cancels_its_scope_and_a_sibling_is_heard() {
    for dropped in [true, false] {
        let children = [(); 3].map(|()| Probe::<Output>::pending());
        let controls = children.each_ref().map(Probe::controller);
        let mut whole = Stepper::new(scope(async |s: Scope<'_, Why>| -> Output {
            let [first, second, third] = children;
            let sibling = s.spawn(first);
            let cancels = CancelsOnDrop(s.clone(), sibling);
            s.spawn(async move {
                let _cancels = cancels;
                second.await
            });
            s.spawn(third);
            pending().await
        }));
        assert_eq!(step(&mut whole), Said::Pending);
        if dropped {
            drop(whole);
        } else {
            controls[1].complete(Ok(0));
            assert_eq!(step(&mut whole), Said::Cancelled("cancelled: by a destructor".to_owned()));
        }
        controls.iter().for_each(Controller::assert_sound);
    }
}

// trap: T8
// rule: scope-panic-drop
#[test]
fn a_panic_of_a_child_that_is_dropped_with_its_scope_goes_on_also_where_panics_are_collected() {
    for policy in [PanicPolicy::Resume, PanicPolicy::Collect] {
        let child = Probe::<Output>::pending().panics_on_drop();
        let control = child.controller();
        let whole = scope(async |s: Scope<'_, Why>| -> Output {
            s.spawn(child);
            pending().await
        });
        let mut whole = Stepper::new(whole.panics(policy));
        assert_eq!(step(&mut whole), Said::Pending);
        assert_eq!(caught(|| drop(whole)).unwrap_err(), "probe panics on drop");
        control.assert_sound();
    }
}

// rule: scope-token
#[test]
fn a_token_that_is_asked_for_before_the_scope_is_polled_is_below_the_one_in_force_there() {
    let outside = scope(async |_: Scope<'_, Why>| -> Output {
        let mut token = None;
        let inner = scope(|s: Scope<'_, Why>| {
            token = Some(s.token());
            pending::<Output>()
        });
        cancel::current().unwrap().cancel("from above");
        assert_eq!(token.unwrap().reason(), Some("from above".into()));
        drop(inner);
        Ok(1)
    });
    assert_eq!(step(&mut Stepper::new(outside)), Said::Value(1));
}
