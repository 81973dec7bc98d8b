//! A parent's waker that panics: no wake is lost, and nothing is left half done.

use crate::{
    family::Family,
    verbs::{Report, Running, VERBS, Verb, brief, caught},
};
use ringfence_core::JoinSet;
use ringfence_test::{CountingWaker, HookedWaker, Probe, panicking_waker, poll_once};
use std::task::{Context, Poll, Waker};

const WAKER_PANICS: &str = "a waker panics";

fn poll(verb: &mut Running, waker: &Waker) -> Poll<Report> {
    poll_once(verb.as_mut(), waker)
}

/// Calls `test` with each verb over four children, polled once with `waker`.
fn for_each_verb(waker: &Waker, test: impl Fn(&Verb, Family, Running)) {
    for verb in VERBS {
        let (family, children) = Family::new(4);
        let mut running = (verb.run)(children);
        assert!(poll(&mut running, waker).is_pending());
        test(verb, family, running);
    }
}

// trap: T8
#[test]
fn a_waker_that_panics_when_a_child_ends_loses_no_wake() {
    for_each_verb(&panicking_waker(WAKER_PANICS), |verb, family, mut running| {
        let woken = caught(|| family.succeed(2));
        assert_eq!(woken, Err(WAKER_PANICS.to_owned()), "{:?}: nobody was woken", verb.name);
        let counter = CountingWaker::new();
        let mut polled = poll(&mut running, &counter.waker());
        for place in [0, 1, 3] {
            family.succeed(place);
            if polled.is_pending() {
                assert!(counter.take_wakes() > 0, "{:?} in {}", verb.name, verb.container);
                polled = poll(&mut running, &counter.waker());
            }
        }
        let Poll::Ready(report) = polled else { panic!("{:?}: a zombie", verb.name) };
        assert!(brief(&report).contains("v2"), "{:?}: {}", verb.name, brief(&report));
        drop((running, report));
        family.assert_sound();
    });
}

// trap: T8
#[test]
fn a_waker_that_panics_does_no_harm_to_a_verb_that_is_dropped() {
    for_each_verb(&panicking_waker(WAKER_PANICS), |_, family, running| {
        assert!(caught(|| family.wake(2)).is_err());
        drop(running);
        // The child's waker is kept, but there is nobody to be woken by it.
        family.wake(1);
        family.assert_sound();
    });
}

// trap: T8
#[test]
fn a_waker_that_panics_in_the_midst_of_a_turn_leaves_the_set_as_it_was() {
    // After 64 children in a turn the set wakes its parent.
    let (family, children) = Family::new(100);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let waker = panicking_waker(WAKER_PANICS);
    let panic = caught(|| set.poll_next(&mut Context::from_waker(&waker)).is_ready());
    assert_eq!(panic, Err(WAKER_PANICS.to_owned()));

    (0..100).for_each(|place| family.succeed(place));
    let mut cx = Context::from_waker(Waker::noop());
    let mut ended = 0;
    while let Poll::Ready(Some(end)) = set.poll_next(&mut cx) {
        assert!(end.1.is_completed());
        ended += 1;
    }
    assert_eq!(ended, 100);
    family.assert_sound();
}

// trap: T8
#[test]
fn a_waker_that_panics_when_its_last_clone_is_dropped_is_dropped_after_the_children() {
    let (family, children) = Family::new(4);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let waker = HookedWaker::new().on_last_drop(|| panic!("{WAKER_PANICS}")).into_waker();
    assert!(set.poll_next(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    assert_eq!(caught(|| drop(set)), Err(WAKER_PANICS.to_owned()));
    family.assert_sound();
}

// trap: T8
#[test]
fn a_waker_that_panics_when_it_is_replaced_is_replaced_all_the_same() {
    let (family, children) = Family::new(4);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let waker = HookedWaker::new().on_last_drop(|| panic!("{WAKER_PANICS}")).into_waker();
    assert!(set.poll_next(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);

    let counter = CountingWaker::new();
    let next = counter.waker();
    let panic = caught(|| set.poll_next(&mut Context::from_waker(&next)).is_ready());
    assert_eq!(panic, Err(WAKER_PANICS.to_owned()));
    assert!(set.poll_next(&mut Context::from_waker(&next)).is_pending());
    family.succeed(3);
    assert_eq!(counter.wakes(), 1);
    assert!(set.poll_next(&mut Context::from_waker(&next)).is_ready());
    drop(set);
    family.assert_sound();
}

// trap: T8
#[test]
fn a_childs_destructor_may_wake_a_waker_that_panics() {
    let (family, mut children) = Family::new(2);
    let sibling = family.control(0).clone();
    children[1] = Probe::pending().on_drop(move || {
        sibling.wake();
    });
    let mut set: JoinSet<_> = children.into_iter().collect();
    let waker = panicking_waker(WAKER_PANICS);
    assert!(set.poll_next(&mut Context::from_waker(&waker)).is_pending());
    // Child 0 is dropped first; its waker still belongs to the set, which is not closed yet.
    assert_eq!(caught(|| drop(set)), Err(WAKER_PANICS.to_owned()));
    family.control(0).assert_sound();
}
