//! A slot has many children in its life, and neither key nor waker mixes them up.

use ringfence_core::JoinSet;
use ringfence_test::{CountingWaker, Probe};
use std::task::{Context, Poll, Waker};

// trap: T10
// rule: set-key
#[test]
fn a_key_to_a_child_that_has_gone_is_refused_although_its_slot_is_used_again() {
    let mut set = JoinSet::new();
    let mut stale = Vec::new();
    for round in 0..100 {
        let child = Probe::<u32>::pending();
        let control = child.controller();
        let key = set.insert(child);
        assert!(set.contains(key));
        for old in &stale {
            assert_ne!(key, *old);
            assert!(!set.contains(*old));
            assert!(!set.remove(*old), "round {round}");
        }
        assert!(!control.is_dropped());
        match round % 3 {
            0 => assert!(set.remove(key)),
            1 => set.clear(),
            _ => {
                assert!(control.complete(1));
                assert_eq!(set.try_next().map(|(ended, _)| ended), Some(key));
            }
        }
        control.assert_sound();
        assert!(set.is_empty());
        stale.push(key);
    }
}

// trap: T10
#[test]
fn keys_stay_apart_while_many_slots_are_used_again_in_any_order() {
    let mut set = JoinSet::new();
    let mut alive = Vec::new();
    let mut gone = Vec::new();
    for round in 0_usize..2000 {
        alive.push(set.insert(Probe::<()>::pending()));
        if round % 3 != 0 {
            let key = alive.swap_remove(round * 7919 % alive.len());
            assert!(set.remove(key));
            gone.push(key);
        }
        if round % 100 == 0 {
            assert!(alive.iter().all(|key| set.contains(*key)));
            assert!(!gone.iter().any(|key| set.contains(*key)));
        }
    }
    assert_eq!(set.len(), alive.len());
}

// trap: T10
// rule: wake-any-time
#[test]
fn a_stale_waker_polls_a_successor_in_vain_at_most_and_loses_no_wake() {
    let counter = CountingWaker::new();
    let waker = counter.waker();
    let mut cx = Context::from_waker(&waker);
    let mut set = JoinSet::new();

    let old = Probe::<u32>::pending();
    let old_control = old.controller();
    let old_key = set.insert(old);
    assert!(set.poll_next(&mut cx).is_pending());
    let stale = old_control.waker().unwrap();
    assert!(set.remove(old_key));

    let new = Probe::pending();
    let control = new.controller();
    let key = set.insert(new);
    assert!(set.poll_next(&mut cx).is_pending());
    for _ in 0..3 {
        let before = control.polls();
        stale.wake_by_ref();
        assert!(set.poll_next(&mut cx).is_pending());
        assert!(control.polls() - before <= 1);
    }
    // The stale wake comes first: the one that counts is not taken for it.
    stale.wake();
    counter.take_wakes();
    assert!(set.poll_next(&mut cx).is_pending());
    assert!(control.complete(3));
    assert_eq!(counter.wakes(), 1);
    let Poll::Ready(Some((ended, outcome))) = set.poll_next(&mut cx) else { panic!("woken") };
    assert_eq!((ended, outcome.ok()), (key, Some(3)));
    control.assert_sound();
}

// trap: T10
#[test]
fn a_stale_waker_finds_nobody_in_a_slot_that_is_vacant() {
    let counter = CountingWaker::new();
    let waker = counter.waker();
    let mut cx = Context::from_waker(&waker);
    let mut set = JoinSet::new();
    let kept = set.insert(Probe::<u32>::pending());
    let old = Probe::pending();
    let control = old.controller();
    let key = set.insert(old);
    assert!(set.poll_next(&mut cx).is_pending());
    assert!(set.remove(key));
    let polls = control.polls();
    control.wake();
    assert!(set.poll_next(&mut cx).is_pending());
    assert_eq!((control.polls(), set.len()), (polls, 1));
    assert!(set.contains(kept));
}

// trap: T10
#[test]
fn a_child_that_is_removed_after_its_wake_is_not_polled() {
    let mut cx = Context::from_waker(Waker::noop());
    let children: Vec<Probe<u32>> = (0..3).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut set = JoinSet::new();
    let keys: Vec<_> = children.into_iter().map(|child| set.insert(child)).collect();
    assert!(set.poll_next(&mut cx).is_pending());
    controls.iter().for_each(|control| assert!(control.complete(1)));
    assert!(set.remove(keys[1]));
    let mut ended = Vec::new();
    while let Poll::Ready(Some((key, _))) = set.poll_next(&mut cx) {
        ended.push(key);
    }
    assert_eq!(ended, [keys[0], keys[2]]);
    assert_eq!(controls[1].polls(), 1);
}
