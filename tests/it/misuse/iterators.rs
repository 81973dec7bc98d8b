//! Iterators that panic.

use crate::verbs::caught;
use futures::{FutureExt as _, StreamExt as _};
use ringfence_core::{
    JoinSet, as_completed, gather, race, race_ok, settle, try_gather, until, wait,
};
use ringfence_test::{Controller, Probe, Stepper};
use std::{cell::RefCell, future::Future, rc::Rc};

type Child = Probe<Result<u32, u32>>;
type Control = Controller<Result<u32, u32>>;

/// Yields children that are ready with `Ok`, and panics instead of the one at `place`.
struct Panicking {
    place: usize,
    controls: Rc<RefCell<Vec<Control>>>,
}

impl Iterator for Panicking {
    type Item = Child;

    fn next(&mut self) -> Option<Child> {
        let mut controls = self.controls.borrow_mut();
        assert!(controls.len() < self.place, "an iterator panics");
        let child = Child::ready(Ok(1));
        controls.push(child.controller());
        Some(child)
    }
}

/// Makes a verb's future of an iterator that panics, runs it, and asserts what becomes of all.
#[track_caller]
fn assert_panics<F: Future>(verb: impl Fn(Panicking) -> F, again: &str) {
    for place in [0, 1, 5, 70] {
        let controls = Rc::new(RefCell::new(Vec::new()));
        let members = Panicking { place, controls: Rc::clone(&controls) };
        let mut future = Stepper::new(verb(members));
        let Err(message) = caught(|| future.run_until_stalled()) else {
            panic!("place {place} was not reached")
        };
        assert_eq!(message, "an iterator panics");
        let Err(message) = caught(|| future.step()) else { panic!("ended twice") };
        assert_eq!(message, format!("`{again}` was polled after it had ended"));
        drop(future);
        assert_eq!(controls.borrow().len(), place);
        controls.borrow().iter().for_each(Controller::assert_sound);
    }
}

// rule: panic-iterator
#[test]
fn an_iterator_that_panics_takes_its_verb_and_all_children_along() {
    assert_panics(gather, "gather");
    assert_panics(try_gather, "try_gather");
    assert_panics(settle, "settle");
    assert_panics(race, "race");
    assert_panics(race_ok, "race_ok");
    assert_panics(
        |members| as_completed(members).into_future().map(|(first, _)| first),
        "as_completed",
    );
}

#[test]
fn an_iterator_that_panics_behind_a_limit_takes_its_verb_along_when_it_is_asked() {
    assert_panics(|members| gather(members).limit(2), "gather");
    assert_panics(|members| try_gather(members).limit(1), "try_gather");
    assert_panics(|members| settle(members).limit(100), "settle");
}

#[test]
fn an_iterator_that_would_panic_is_not_asked_once_a_race_is_over() {
    let controls = Rc::new(RefCell::new(Vec::new()));
    let members = Panicking { place: 1, controls: Rc::clone(&controls) };
    assert!(Stepper::new(race(members).limit(1)).step().is_ready());
    controls.borrow()[0].assert_sound();
}

#[test]
fn an_iterator_that_panics_leaves_what_came_before_in_the_set() {
    let controls = Rc::new(RefCell::new(Vec::new()));
    let members = || Panicking { place: 5, controls: Rc::clone(&controls) };
    let mut set = JoinSet::new();
    assert!(caught(|| set.extend(members())).is_err());
    assert_eq!(set.len(), 5);
    assert!(set.try_next().is_some());
    drop(set);
    controls.borrow_mut().clear();
    assert!(caught(|| JoinSet::from_iter(members())).is_err());
    controls.borrow().iter().for_each(Controller::assert_sound);
    controls.borrow_mut().clear();
    assert!(caught(|| wait(members(), until::AllCompleted)).is_err());
    controls.borrow().iter().for_each(Controller::assert_sound);
}
