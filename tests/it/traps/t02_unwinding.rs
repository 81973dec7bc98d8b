//! A verb that is dropped by a panic on its way takes its children with it, once each.

use crate::{
    family::Family,
    verbs::{VERBS, caught},
};
use ringfence_core::{Scope, scope};
use ringfence_test::Stepper;
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    task::Poll,
};

// trap: T2
#[test]
fn a_verb_that_is_dropped_by_a_panic_drops_its_children_before_the_panic_goes_on() {
    for verb in VERBS {
        for len in [1, 3, 4, 12] {
            let (family, children) = Family::new(len);
            let mut running = Stepper::new((verb.run)(children));
            assert!(running.step().is_pending());
            let panic = catch_unwind(AssertUnwindSafe(|| {
                let _running = running;
                resume_unwind(Box::new("on its way"));
            }));
            assert!(panic.is_err());
            family.assert_sound();
        }
    }
}

// trap: T2
#[test]
fn a_scope_that_is_dropped_by_a_panic_drops_its_children_before_the_panic_goes_on() {
    let (family, mut children) = Family::new(3);
    let body = children.remove(0);
    let mut whole = Stepper::new(scope(|s: Scope<'_, _>| {
        children.into_iter().for_each(|child| drop(s.spawn(child)));
        body
    }));
    assert!(matches!(caught(|| whole.step()), Ok(Poll::Pending)));
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _whole = whole;
        resume_unwind(Box::new("on its way"));
    }));
    assert!(panic.is_err());
    family.assert_sound();
}
