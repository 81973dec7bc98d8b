//! Conditions of `wait` that panic.

use crate::verbs::caught;
use ringfence_core::{JoinSet, Outcome, until, wait};
use ringfence_test::{Controller, Probe, Stepper};

fn panics(_: &Outcome<u32>) -> bool {
    panic!("a condition panics")
}

// rule: panic-iterator
#[test]
fn a_condition_that_panics_loses_no_outcome_of_a_set() {
    let mut set = JoinSet::from_iter([Probe::ready(1), Probe::pending(), Probe::ready(3)]);
    let mut waiting = Stepper::new(set.wait(panics));
    assert!(caught(|| waiting.step().is_ready()).is_err_and(|panic| panic == "a condition panics"));
    drop(waiting);
    assert_eq!(set.len(), 3);
    let mut waiting = Stepper::new(set.wait(until::FirstCompleted));
    let std::task::Poll::Ready(done) = waiting.step() else { panic!("two have ended") };
    let outputs: Vec<_> = done.into_iter().filter_map(|(_, outcome)| outcome.ok()).collect();
    assert_eq!(outputs, [1, 3]);
}

// case: WA-16
// The JDK reports it to a handler and lets the join go on; here it goes to who waits.
// rule: panic-iterator
#[test]
fn a_condition_that_panics_takes_the_children_that_it_owns_along() {
    let children = [Probe::ready(1), Probe::pending(), Probe::ready(3)];
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut waiting = Stepper::new(wait(children, panics));
    assert!(caught(|| waiting.step().is_ready()).is_err_and(|panic| panic == "a condition panics"));
    controls.iter().for_each(Controller::assert_sound);
    let again = caught(|| waiting.step().is_ready());
    assert_eq!(again.unwrap_err(), "`wait` was polled after it had ended");
}

// rule: wait-closure
#[test]
fn a_condition_sees_each_outcome_once_in_the_order_of_the_ends() {
    let children: Vec<Probe<u32>> = (0..4).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut seen = Vec::new();
    let mut waiting = Stepper::new(wait(children, |outcome: &Outcome<u32>| {
        seen.extend(outcome.value().copied());
        false
    }));
    for place in [2, 0, 3, 1] {
        assert!(waiting.step().is_pending());
        assert!(waiting.step().is_pending(), "nobody was woken, nothing is seen twice");
        controls[place].complete(place as u32);
    }
    assert!(waiting.step().is_ready());
    drop(waiting);
    assert_eq!(seen, [2, 0, 3, 1]);
}
