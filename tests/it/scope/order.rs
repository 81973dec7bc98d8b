//! Who begins, and in which order; who never does.

use super::{Output, Why, ms, reason, run};
use ringfence_core::{Scope, ScopeError, scope, sleep};
use ringfence_test::{Probe, Stepper, TestRuntime};
use std::{
    future::pending,
    sync::{Arc, Mutex},
};

/// Names, in the order in which something happened to those who have them.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<&'static str>>>);

impl Names {
    fn add(&self, name: &'static str) {
        self.0.lock().unwrap().push(name);
    }

    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    /// Adds the name of a child when it is first polled.
    fn on_begin(&self, child: Probe<Output>, name: &'static str) -> Probe<Output> {
        let names = self.clone();
        child.on_poll(move |poll| {
            if poll == 1 {
                names.add(name);
            }
        })
    }

    /// Adds the name of a child when it is dropped.
    fn on_drop(&self, child: Probe<Output>, name: &'static str) -> Probe<Output> {
        let names = self.clone();
        child.on_drop(move || names.add(name))
    }
}

// rule: scope-spawn-begins
#[test]
fn a_daemon_does_not_begin_before_a_child_that_was_spawned_before_it() {
    let begun = Names::default();
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        s.spawn(begun.on_begin(Probe::pending(), "child"));
        s.daemon(begun.on_begin(Probe::pending(), "daemon"));
        s.spawn(begun.on_begin(Probe::pending(), "last"));
        pending::<Output>()
    }));
    assert!(whole.step().is_pending());
    assert_eq!(begun.all(), ["child", "daemon", "last"]);
}

// rule: scope-limit
#[test]
fn who_gets_the_place_of_another_begins_after_those_who_came_before_it() {
    let begun = Names::default();
    let first = Probe::pending();
    let control = first.controller();
    let mut outside = None;
    let whole = scope(|s: Scope<'_, Why>| {
        s.spawn(first);
        outside = Some(s);
        pending::<Output>()
    });
    let mut whole = Stepper::new(whole.limit(2));
    assert!(whole.step().is_pending());
    // The second has a place; the third gets that of the first, in the same turn.
    control.complete(Ok(0));
    let s = outside.unwrap();
    s.spawn(begun.on_begin(Probe::pending(), "second"));
    s.spawn(begun.on_begin(Probe::pending(), "third"));
    assert!(whole.step().is_pending());
    assert_eq!(begun.all(), ["second", "third"]);
}

// rule: scope-not-begun
#[test]
fn the_place_of_a_child_whose_failure_decides_the_scope_is_nobody_s_in_the_grace() {
    run(async {
        let waiting = Probe::<Output>::pending();
        let control = waiting.controller();
        let failed = scope(async |s: Scope<'_, Why>| -> Output {
            s.spawn(async { Err::<(), _>("refused") });
            s.spawn(waiting);
            Ok(1)
        });
        assert!(failed.limit(1).grace(ms(10)).await.is_err());
        assert_eq!((control.polls(), control.drops()), (0, 1));
        assert_eq!(TestRuntime::current().clock().elapsed(), ms(0));
    });
}

// rule: scope-not-begun
#[test]
fn who_has_only_just_come_when_the_scope_is_cancelled_never_begins_with_grace_or_without() {
    for grace in [0, 50] {
        run(async {
            let [running, late, daemon] = [(); 3].map(|()| Probe::<Output>::pending());
            let controls = [&late, &daemon].map(Probe::controller);
            let begun = running.controller();
            let mut handle = None;
            let ended = scope(async |s: Scope<'_, Why>| -> Output {
                s.spawn(running);
                sleep(ms(10)).await;
                handle = Some(s.spawn(late));
                s.daemon(daemon);
                s.cancel("enough");
                pending().await
            });
            let ended = ended.grace(ms(grace)).await;
            assert!(matches!(ended, Err(ScopeError::Cancelled(_))), "{ended:?}");
            for control in controls {
                assert_eq!((control.polls(), control.drops()), (0, 1));
            }
            assert_eq!(begun.drops(), 1);
            let outcome = handle.unwrap().outcome().await;
            assert_eq!(reason(outcome), "cancelled: enough");
            assert_eq!(TestRuntime::current().clock().elapsed(), ms(10 + grace));
        });
    }
}

// rule: scope-drop-order
#[test]
fn those_who_never_begin_are_dropped_in_the_order_of_all_who_are() {
    run(async {
        let dropped = Names::default();
        let failed = scope(|s: Scope<'_, Why>| {
            s.spawn(dropped.on_drop(Probe::pending(), "first"));
            s.daemon(dropped.on_drop(Probe::pending(), "daemon"));
            s.daemon(dropped.on_drop(Probe::pending(), "second daemon"));
            s.spawn(dropped.on_drop(Probe::pending(), "second"));
            std::future::ready(Output::Err("at once"))
        });
        assert!(failed.grace(ms(10)).await.is_err());
        assert_eq!(dropped.all(), ["first", "second", "second daemon", "daemon"]);
    });
}

// rule: wake-parent
#[test]
fn the_deadline_of_a_scope_that_was_asked_to_end_wakes_nobody() {
    run(async {
        let clock = TestRuntime::current().clock();
        let mut leave = None;
        let whole = scope(|s: Scope<'_, Why>| {
            leave = Some(s);
            pending::<Output>()
        });
        let mut whole = Stepper::new(whole.timeout(ms(5)).grace(ms(20)));
        assert!(whole.step().is_pending());
        let first = whole.change_waker();
        leave.unwrap().cancel("enough");
        assert_eq!(first.take_wakes(), 1);
        assert!(whole.step().is_pending());
        clock.advance(ms(10));
        assert_eq!((first.wakes(), whole.wakes()), (0, 0));
        clock.advance(ms(10));
        assert_eq!((first.wakes(), whole.wakes()), (0, 1));
    });
}
