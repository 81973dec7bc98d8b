//! Sets of children, call by call; what they do as verbs do is in the matrix.

use crate::verbs::caught;
use ringfence_core::{DynJoinSet, JoinSet};
use ringfence_test::{Controller, CountingWaker, Probe, Stepper};
use std::{future::poll_fn, task::Context};

// rule: set-insert
#[test]
fn a_child_that_is_inserted_is_polled_when_the_set_is_and_nobody_is_woken_for_it() {
    let mut set = JoinSet::new();
    set.insert(Probe::<u32>::pending());
    let mut dynamic = DynJoinSet::new();
    dynamic.insert(Probe::<u32>::pending());
    let (late, late_dynamic) = (Probe::pending(), Probe::pending());
    let controls = [late.controller(), late_dynamic.controller()];

    let mut waits = Stepper::new(poll_fn(|cx| set.poll_next(cx)));
    let mut waits_dynamic = Stepper::new(poll_fn(|cx| dynamic.poll_next(cx)));
    assert!(waits.step().is_pending() && waits_dynamic.step().is_pending());
    let (counter, counter_dynamic) = (waits.change_waker(), waits_dynamic.change_waker());
    drop((waits, waits_dynamic));

    set.insert(late);
    dynamic.insert(late_dynamic);
    assert_eq!((counter.wakes(), counter_dynamic.wakes()), (0, 0));
    assert!(controls.iter().all(|control| control.polls() == 0));
    assert!(set.try_next().is_none() && dynamic.try_next().is_none());
    assert!(controls.iter().all(|control| control.polls() == 1));
}

// rule: set-len
#[test]
fn a_set_counts_children_that_run_and_outcomes_that_nobody_has_taken() {
    let children = [Probe::ready(1), Probe::ready(2), Probe::pending()];
    let mut set: JoinSet<_> = children.into_iter().collect();
    assert_eq!(set.len(), 3);
    // Two end in this poll; one of them is handed out.
    assert!(set.try_next().is_some());
    assert_eq!((set.len(), set.is_empty()), (2, false));
    assert!(set.try_next().is_some());
    assert_eq!(set.len(), 1);
    set.clear();
    assert_eq!((set.len(), set.is_empty()), (0, true));
}

// rule: set-remove-panic
#[test]
fn a_child_whose_destructor_panics_when_it_is_removed_has_gone() {
    let faulty = Probe::<u32>::pending().panics_on_drop();
    let control = faulty.controller();
    let mut set = JoinSet::new();
    let (key, other) = (set.insert(faulty), set.insert(Probe::pending()));
    assert!(set.try_next().is_none());
    assert_eq!(caught(|| set.remove(key)).unwrap_err(), "probe panics on drop");
    assert!(!set.contains(key) && set.contains(other));
    assert!(!set.remove(key));
    assert_eq!(set.len(), 1);
    control.assert_sound();
}

// rule: set-clear
#[test]
fn a_set_that_is_cleared_drops_all_although_some_panic_and_may_be_used_again() {
    let children: Vec<_> = (0..100)
        .map(|n| match n % 10 {
            3 => Probe::pending().panics_on_drop(),
            5 => Probe::ready(n),
            _ => Probe::pending(),
        })
        .collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut set: JoinSet<_> = children.into_iter().collect();
    assert!(set.try_next().is_some());
    assert_eq!(caught(|| set.clear()).unwrap_err(), "probe panics on drop");
    controls.iter().for_each(Controller::assert_sound);
    assert!(set.is_empty());
    let key = set.insert(Probe::ready(7));
    let (ended, outcome) = set.try_next().expect("it is ready");
    assert_eq!((ended, outcome.ok()), (key, Some(7)));
}

// rule: set-try-next
#[test]
fn whoever_waited_for_a_set_is_woken_after_a_look_that_leaves_something_and_only_then() {
    for both in [true, false] {
        let children = [(); 2].map(|()| Probe::pending());
        let controls = children.each_ref().map(Probe::controller);
        let mut set = JoinSet::from_iter(children);
        let waits = CountingWaker::new();
        assert!(set.poll_next(&mut Context::from_waker(&waits.waker())).is_pending());
        controls[0].complete(1);
        if both {
            controls[1].complete(2);
        }
        assert!(waits.take_wakes() > 0);
        assert!(set.try_next().is_some());
        assert_eq!(waits.take_wakes() > 0, both);
        assert_eq!(set.try_next().is_some(), both);
    }
}
