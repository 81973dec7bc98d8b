//! A waker that outlives its child, or the whole set, is harmless. How little memory it keeps is
//! asserted in `allocations`.

use crate::{family::Family, verbs::VERBS};
use ringfence_core::{JoinSet, race};
use ringfence_test::{CountingWaker, Probe, Stepper, poll_once};
use std::task::{Context, Waker};

// trap: T12
#[test]
fn a_waker_that_outlives_its_verb_wakes_nobody_and_keeps_no_parent() {
    for verb in VERBS {
        // Fewer children of a tuple have their parent's own waker.
        let (family, children) = Family::new(4);
        let mut running = (verb.run)(children);
        let parent = CountingWaker::new();
        assert!(poll_once(running.as_mut(), &parent.waker()).is_pending());
        let stale: Vec<Waker> =
            (0..4).map(|place| family.control(place).waker().unwrap()).collect();
        drop(running);
        assert_eq!(parent.held(), 0, "{:?} in {}", verb.name, verb.container);
        stale.iter().for_each(Waker::wake_by_ref);
        let clones = stale.clone();
        stale.into_iter().for_each(Waker::wake);
        clones.into_iter().for_each(Waker::wake);
        assert_eq!(parent.wakes(), 0);
        family.assert_sound();
    }
}

// trap: T12
#[test]
fn a_child_is_dropped_although_its_waker_is_kept() {
    let child = Probe::<u32>::ready(1);
    let control = child.controller();
    let mut set = JoinSet::from_iter([child]);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_ready());
    let kept = control.waker().expect("the probe keeps the waker of its last poll");
    control.assert_sound();
    drop(set);
    kept.wake();
}

// trap: T12
#[test]
fn the_waker_of_a_loser_wakes_nobody_once_the_race_is_over() {
    let (winner, loser) = (Probe::<u32>::pending(), Probe::pending());
    let (win, lost) = (winner.controller(), loser.controller());
    let mut running = Stepper::new(race(vec![winner, loser]));
    assert!(running.step().is_pending());
    win.complete(1);
    assert!(running.step().is_ready());
    assert!(lost.wake());
    assert!(!running.is_woken() || lost.is_dropped());
    lost.assert_sound();
}
