//! What panics in a child, in its destructor or in that of its value, takes nobody else with it.

use super::{Output, POLICIES, Said, Why, failed, panicked, step};
use crate::verbs::caught;
use ringfence_core::{OnFailure, PanicPolicy, Scope, scope};
use ringfence_test::{Controller, Counted, Probe, Stepper, Tally};
use std::future::{Future, pending, ready};

const IN_POLL: &str = "probe panics on poll";
const IN_DROP: &str = "probe panics on drop";

/// What panics in a child.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Poll,
    Drop,
    /// The destructor of its value, which nobody takes.
    Value,
    /// Its destructor, and then that of its value.
    DropAndValue,
}

const FAULTS: [Fault; 4] = [Fault::Poll, Fault::Drop, Fault::Value, Fault::DropAndValue];

impl Fault {
    /// What goes on if the child ends.
    fn message(self) -> &'static str {
        match self {
            Self::Poll => IN_POLL,
            Self::Drop | Self::DropAndValue => IN_DROP,
            Self::Value => "counted value 0 panics on drop",
        }
    }

    /// A child that is pending until it is told to end.
    fn child(self, tally: &Tally) -> (Probe<Faulty>, Controller<Faulty>, Faulty) {
        let value = match self {
            Self::Value | Self::DropAndValue => tally.bomb(7),
            Self::Poll | Self::Drop => tally.count(7),
        };
        let probe = match self {
            Self::Poll => Probe::pending().panics_on_poll(2),
            Self::Drop | Self::DropAndValue => Probe::pending().panics_on_drop(),
            Self::Value => Probe::pending(),
        };
        let control = probe.controller();
        (probe, control, Ok(value))
    }
}

type Faulty = Result<Counted<u32>, Why>;

/// Opens a scope that outlives failures, and lets out its handle.
fn supervisor<'env, B>(
    panics: PanicPolicy,
    on_failure: OnFailure<'env, Why>,
    body: impl FnOnce(Scope<'env, Why>) -> B,
) -> Stepper<impl Future<Output = Result<u32, ringfence_core::ScopeError<Why>>>>
where
    B: Future<Output = Output>,
{
    Stepper::new(scope(body).panics(panics).on_failure(on_failure))
}

// trap: T8
// rule: scope-panic
#[test]
fn the_panic_of_a_childs_poll_drop_or_value_is_the_childs_and_the_others_go_on_or_are_dropped() {
    for fault in FAULTS {
        for policy in POLICIES {
            let tally = Tally::new();
            let (faulty, control, value) = fault.child(&tally);
            let sibling = Probe::<Output>::pending();
            let other = sibling.controller();
            let mut whole = supervisor(policy, OnFailure::Collect, |s| {
                s.child().named("faulty").spawn(faulty);
                s.spawn(sibling);
                ready(Ok(1))
            });
            assert_eq!(step(&mut whole), Said::Pending);
            control.complete(value);
            if policy == PanicPolicy::Resume {
                assert_eq!(step(&mut whole), panicked(fault.message()), "{fault:?}");
            } else {
                assert_eq!(step(&mut whole), Said::Pending, "{fault:?}: the sibling goes on");
                other.complete(Ok(2));
                let whose = format!("child 0 (faulty): panicked: {}", fault.message());
                assert_eq!(step(&mut whole), failed(&[&whose]), "{fault:?}");
            }
            control.assert_sound();
            other.assert_sound();
            drop(whole);
            tally.assert_all_dropped_once();
        }
    }
}

// trap: T8
// rule: handle-failed
#[test]
fn the_handle_of_a_child_whose_destructor_panics_at_its_end_has_no_value() {
    let tally = Tally::new();
    let (faulty, control, value) = Fault::Drop.child(&tally);
    let mut whole = supervisor(PanicPolicy::Collect, OnFailure::Collect, async |s| {
        let outcome = s.spawn(faulty).outcome().await;
        assert!(outcome.is_cancelled());
        Ok(1)
    });
    assert_eq!(step(&mut whole), Said::Pending);
    control.complete(value);
    assert_eq!(step(&mut whole), failed(&["child 0: panicked: probe panics on drop"]));
    tally.assert_all_dropped_once();
}

// trap: T8
// rule: handle-cancel
#[test]
fn a_destructor_that_panics_when_its_child_is_cancelled_is_the_childs_panic() {
    for policy in POLICIES {
        for limit in [1, 2] {
            // With a limit of 1 the faulty one still waits for its place.
            let (first, faulty) = (Probe::<Output>::pending(), Probe::<Output>::pending());
            let faulty = faulty.panics_on_drop();
            let controls = [first.controller(), faulty.controller()];
            let mut handle = None;
            let whole = scope(|s| {
                s.spawn(first);
                handle = Some(s.spawn(faulty));
                ready(Ok(1))
            });
            let whole = whole.limit(limit).panics(policy).on_failure(OnFailure::Collect);
            let mut whole = Stepper::new(whole);
            assert_eq!(step(&mut whole), Said::Pending);
            let handle = handle.unwrap();
            handle.cancel("enough");
            assert!(whole.is_woken());
            let said = step(&mut whole);
            if policy == PanicPolicy::Resume {
                assert_eq!(said, panicked(IN_DROP));
            } else {
                assert_eq!(said, Said::Pending);
                controls[0].complete(Ok(1));
                let whose = "child 1: panicked: probe panics on drop";
                assert_eq!(step(&mut whole), failed(&[whose]));
            }
            assert!(handle.is_finished());
            controls.iter().for_each(Controller::assert_sound);
        }
    }
}

// trap: T8
// rule: scope-panic-drop
#[test]
fn destructors_that_panic_when_the_scope_is_cancelled_keep_nobody_from_being_dropped() {
    for policy in POLICIES {
        let children = [(); 4].map(|()| Probe::<Output>::pending().panics_on_drop());
        let controls = children.each_ref().map(Probe::controller);
        let mut whole = Stepper::new(
            scope(async |s| -> Output {
                for child in children {
                    s.spawn(child);
                }
                Probe::ready(()).await;
                s.cancel("enough");
                pending().await
            })
            .panics(policy)
            .on_failure(OnFailure::Collect),
        );
        let said = step(&mut whole);
        match policy {
            PanicPolicy::Resume => assert_eq!(said, panicked(IN_DROP)),
            _ => {
                let whose = [0, 1, 2, 3].map(|n| format!("child {n}: panicked: {IN_DROP}"));
                assert_eq!(said, failed(&whose.each_ref().map(String::as_str)));
            }
        }
        controls.iter().for_each(Controller::assert_sound);
    }
}

// trap: T8
// rule: scope-panic-drop
// rule: scope-panic-drop-future
#[test]
fn destructors_that_panic_when_the_scope_is_dropped_keep_nobody_from_being_dropped() {
    let children = [(); 4].map(|()| Probe::<Output>::pending().panics_on_drop());
    let controls = children.each_ref().map(Probe::controller);
    let tally = Tally::new();
    let (local, sunk) = (tally.bomb(()), tally.bomb(()));
    let whole = scope(async |s: Scope<'_, Why>| -> Output {
        let _local = local;
        for child in children {
            s.spawn(child);
        }
        pending().await
    });
    let sink = OnFailure::sink(move |_| {
        let _kept = &sunk;
    });
    let mut whole = Stepper::new(whole.panics(PanicPolicy::Collect).on_failure(sink));
    assert_eq!(step(&mut whole), Said::Pending);
    let message = caught(|| drop(whole)).unwrap_err();
    assert_eq!(message, "counted value 1 panics on drop", "the sink's, which is the first");
    tally.assert_all_dropped_once();
    controls.iter().for_each(Controller::assert_sound);
}

// trap: T8
// rule: scope-panic
#[test]
fn a_body_that_panics_and_its_value_too_are_one_failure_of_the_body() {
    for policy in POLICIES {
        let tally = Tally::new();
        let child = Probe::<Output>::pending();
        let control = child.controller();
        let body = Probe::<Faulty>::ready(Ok(tally.bomb(1))).panics_on_drop();
        let whole = scope(|s: Scope<'_, Why>| {
            s.spawn(child);
            body
        });
        let said = match step(&mut Stepper::new(whole.panics(policy))) {
            Said::Failed(failures) => failures.concat(),
            Said::Panicked(message) => message,
            _ => unreachable!("its destructor has panicked"),
        };
        let whose = if policy == PanicPolicy::Collect { "body: panicked: " } else { "" };
        assert_eq!(said, format!("{whose}{IN_DROP}"));
        control.assert_sound();
        tally.assert_all_dropped_once();
    }
}

// trap: T8
// rule: scope-panic
#[test]
fn who_comes_while_a_destructor_panics_is_dropped_unpolled() {
    let faulty = Probe::<Output>::pending().panics_on_drop();
    let late = Probe::<Output>::pending();
    let controls = [faulty.controller(), late.controller()];
    let (mut handle, mut outside) = (None, None);
    let mut whole = Stepper::new(scope(|s: Scope<'_, Why>| {
        handle = Some(s.spawn(faulty));
        outside = Some(s);
        pending::<Output>()
    }));
    assert_eq!(step(&mut whole), Said::Pending);
    handle.unwrap().cancel("enough");
    outside.unwrap().spawn(late);
    assert_eq!(step(&mut whole), panicked(IN_DROP));
    assert_eq!((controls[1].polls(), controls[1].drops()), (0, 1));
    controls.iter().for_each(Controller::assert_sound);
}
