//! The parent's waker may be another in each poll; a child's wake reaches the last one only.

use crate::{family::Family, verbs::VERBS};
use ringfence_core::{JoinSet, gather};
use ringfence_test::{CountingWaker, HookedWaker, Probe, Stepper};
use std::{
    sync::{Mutex, mpsc::channel},
    task::{Context, Waker},
    thread,
};

// trap: T22
// rule: wake-parent
#[test]
fn a_wake_reaches_only_the_waker_of_the_last_poll() {
    for verb in VERBS {
        for len in [1, 2, 3, 4, 12] {
            let (family, children) = Family::new(len);
            let mut running = Stepper::new((verb.run)(children));
            assert!(running.step().is_pending());
            let first = running.change_waker();
            assert!(running.step().is_pending());
            let second = running.change_waker();
            assert!(running.step().is_pending());
            family.wake(len - 1);
            // Up to three children of a tuple have their parent's own waker, each time anew.
            let title = format!("{:?} of {len} in {}", verb.name, verb.container);
            assert_eq!((first.wakes(), second.wakes()), (0, 0), "{title}");
            assert_eq!(running.wakes(), 1, "{title}");
            drop(running);
            family.assert_sound();
        }
    }
}

// trap: T22
#[test]
fn children_that_were_not_polled_again_reach_the_new_waker_too() {
    let children: Vec<Probe<()>> = (0..200).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut all = Stepper::new(gather(children));
    assert!(all.run_until_stalled().is_pending());
    let mut old = Vec::new();
    for place in [0, 61, 62, 199] {
        old.push(all.change_waker());
        assert!(all.step().is_pending());
        controls[place].wake();
        assert_eq!(all.wakes(), 1, "child {place}");
        assert!(all.step().is_pending());
    }
    assert!(old[1..].iter().all(|waker| waker.wakes() == 1));
}

// trap: T22
#[test]
fn an_old_waker_is_not_kept() {
    let mut set = JoinSet::from_iter([Probe::<()>::pending(), Probe::pending()]);
    let (one, two) = (CountingWaker::new(), CountingWaker::new());
    assert!(set.poll_next(&mut Context::from_waker(&one.waker())).is_pending());
    assert_eq!(one.held(), 1);
    assert!(set.poll_next(&mut Context::from_waker(&two.waker())).is_pending());
    assert_eq!((one.held(), two.held()), (0, 1));
    drop(set);
    assert_eq!(two.held(), 0);
}

// trap: T22
#[test]
fn a_wake_that_comes_before_the_change_of_wakers_is_seen_by_the_poll_that_changes_them() {
    let child = Probe::pending();
    let control = child.controller();
    let mut all = Stepper::new(gather(vec![child]));
    assert!(all.step().is_pending());
    control.complete(1);
    let first = all.change_waker();
    assert_eq!(first.wakes(), 1);
    assert!(all.step().is_ready());
}

// trap: T22
// rule: set-try-next
#[test]
fn try_next_leaves_who_waits_to_be_woken() {
    let child = Probe::pending();
    let control = child.controller();
    let mut set = JoinSet::from_iter([child]);
    let parent = CountingWaker::new();
    assert!(set.poll_next(&mut Context::from_waker(&parent.waker())).is_pending());
    assert!(set.try_next().is_none());
    control.complete(1);
    assert_eq!(parent.wakes(), 1);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_ready());
}

// rule: set-try-next
// trap: T22
#[test]
fn who_waits_is_woken_for_a_child_that_was_woken_in_the_turn_of_try_next() {
    let waits = Probe::<u32>::pending();
    let control = waits.controller();
    let mut set = JoinSet::from_iter([waits]);
    let parent = CountingWaker::new();
    assert!(set.poll_next(&mut Context::from_waker(&parent.waker())).is_pending());
    // Its first poll wakes its sibling, and it ends: the turn is over.
    set.insert(Probe::ready(1).on_poll(move |_| {
        control.wake();
    }));
    let (_, outcome) = set.try_next().unwrap();
    assert_eq!((outcome.ok(), parent.wakes()), (Some(1), 1));
}

// rule: set-try-next
// rule: wake-parent
// trap: T22
#[test]
fn try_next_leaves_who_waits_to_be_woken_while_another_thread_wakes_who_waited_before() {
    let child = Probe::pending();
    let control = child.controller();
    let mut set = JoinSet::from_iter([child]);
    let (entered, has_entered) = channel();
    let (let_go, may_go) = channel::<()>();
    let may_go = Mutex::new(may_go);
    let slow = HookedWaker::new().on_wake(move || {
        entered.send(()).unwrap();
        // Until the other end is dropped.
        may_go.lock().unwrap().recv().unwrap_err();
    });
    assert!(set.poll_next(&mut Context::from_waker(&slow.into_waker())).is_pending());
    let parent = CountingWaker::new();
    thread::scope(|threads| {
        let ringing = threads.spawn(|| control.wake());
        has_entered.recv().unwrap();
        assert!(set.poll_next(&mut Context::from_waker(&parent.waker())).is_pending());
        assert!(set.try_next().is_none());
        drop(let_go);
        assert!(ringing.join().unwrap());
    });
    control.complete(1);
    assert!(parent.wakes() > 0);
}
