//! A pinned child stays where it was first polled, until it is dropped there.
//!
//! A probe knows its address, and `assert_sound` fails if it was ever moved after its first poll.

use crate::{
    family::Family,
    verbs::{VERBS, caught},
};
use ringfence_core::{JoinSet, Key, as_completed, gather};
use ringfence_test::{Controller, Probe, Stepper};
use std::task::{Context, Poll, Waker};

fn cx() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

// trap: T4
// rule: children-pinned
#[test]
fn a_child_is_dropped_in_its_place_when_it_ends_panics_or_goes_with_its_verb() {
    for verb in VERBS {
        for len in [1, 2, 3, 4, 12] {
            for ends in 0..=len {
                let (family, children) = Family::new(len);
                let mut running = Stepper::new((verb.run)(children));
                assert!(running.step().is_pending());
                let mut over = false;
                for place in 0..ends {
                    match place % 3 {
                        0 => family.succeed(place),
                        1 => family.fail(place),
                        _ => family.panic(place),
                    }
                    over = over || caught(|| running.step()).is_ok_and(|end| end.is_ready());
                    over = over || family.are_all_dropped();
                    if over {
                        break;
                    }
                }
                drop(running);
                family.assert_sound();
            }
        }
    }
}

/// Inserts a probe that is polled at once.
fn insert_polled(set: &mut JoinSet<Probe<u32>>) -> (Key, Controller<u32>) {
    let probe = Probe::pending();
    let control = probe.controller();
    let key = set.insert(probe);
    assert!(set.try_next().is_none());
    (key, control)
}

// trap: T4
// rule: children-pinned
#[test]
fn children_stay_in_place_while_a_set_grows() {
    let mut set = JoinSet::new();
    let children: Vec<_> = (0..1000).map(|_| insert_polled(&mut set)).collect();
    for (_, control) in &children {
        control.wake();
    }
    assert!(set.poll_next(&mut cx()).is_pending());
    drop(set);
    children.iter().for_each(|(_, control)| control.assert_sound());
}

// trap: T4
// rule: set-unpin
#[test]
fn children_stay_in_place_while_their_set_is_moved() {
    let mut set = JoinSet::new();
    let children: Vec<_> = (0..100).map(|_| insert_polled(&mut set)).collect();
    let mut boxed = Box::new(set);
    let mut moved = std::mem::take(&mut *boxed);
    children.iter().for_each(|(_, control)| assert!(control.complete(1)));
    let mut ended = 0;
    while let Poll::Ready(Some(_)) = moved.poll_next(&mut cx()) {
        ended += 1;
    }
    assert_eq!(ended, 100);
    children.iter().for_each(|(_, control)| control.assert_sound());
}

// trap: T4
// rule: set-remove
#[test]
fn a_child_is_dropped_in_its_place_when_it_is_removed() {
    let mut set = JoinSet::new();
    let children: Vec<_> = (0..200).map(|_| insert_polled(&mut set)).collect();
    for (key, control) in children.iter().step_by(2) {
        assert!(set.remove(*key));
        control.assert_sound();
    }
    assert_eq!(set.len(), 100);
    set.clear();
    children.iter().for_each(|(_, control)| control.assert_sound());
}

// trap: T4
#[test]
fn children_that_take_the_slots_of_others_stay_in_place_too() {
    let mut set = JoinSet::new();
    let mut children: Vec<_> = (0..100).map(|_| insert_polled(&mut set)).collect();
    for round in 0..10 {
        for place in (round % 7..100).step_by(7) {
            let new = Probe::pending();
            let control = new.controller();
            let (key, old) = std::mem::replace(&mut children[place], (set.insert(new), control));
            assert!(set.remove(key));
            old.assert_sound();
        }
        assert!(set.poll_next(&mut cx()).is_pending());
    }
    drop(set);
    children.iter().for_each(|(_, control)| control.assert_sound());
}

// trap: T4
#[test]
fn children_of_a_vec_stay_in_the_vecs_own_place() {
    let probes: Vec<Probe<()>> = (0..200).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let mut all = gather(probes);
    let mut stepper = Stepper::new(&mut all);
    // Woken for as long as there are children that were not polled yet.
    assert!(stepper.run_until_stalled().is_pending());
    drop(stepper);
    // The future of a list is `Unpin`, since its children are pinned elsewhere.
    let mut moved = Stepper::new(Box::new(all));
    controls.iter().for_each(|control| assert!(control.complete(())));
    assert!(moved.run_until_stalled().is_ready());
    controls.iter().for_each(Controller::assert_sound);
}

// trap: T4
#[test]
fn children_under_a_limit_stay_in_place_while_slots_are_used_again() {
    let probes: Vec<Probe<()>> = (0..50).map(|n| Probe::yields(n % 4, ())).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let mut stream = Box::pin(as_completed(probes).limit(7));
    let ended = Stepper::new(std::future::poll_fn(|cx| {
        let mut ended = 0;
        loop {
            match futures::Stream::poll_next(stream.as_mut(), cx) {
                Poll::Ready(Some(_)) => ended += 1,
                Poll::Ready(None) => return Poll::Ready(ended),
                Poll::Pending => panic!("children that wake themselves are polled again at once"),
            }
        }
    }))
    .step();
    assert_eq!(ended, Poll::Ready(50));
    controls.iter().for_each(Controller::assert_sound);
}
