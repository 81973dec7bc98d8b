//! Wakers are foreign code: they may come back to the set that calls them.

use crate::{
    cloning,
    family::Family,
    verbs::{VERBS, brief},
};
use ringfence_core::{JoinSet, gather};
use ringfence_test::{CountingWaker, HookedWaker, Probe, Stepper, poll_once};
use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

// trap: T9
// rule: wake-any-time
#[test]
fn a_parents_waker_may_wake_another_child() {
    for verb in VERBS {
        let (family, children) = Family::new(4);
        let mut running = (verb.run)(children);
        let sibling = family.control(3).clone();
        let hook = move || {
            sibling.wake();
        };
        let parent = HookedWaker::new().on_wake(hook).into_waker();
        assert!(poll_once(running.as_mut(), &parent).is_pending());
        family.succeed(0);
        family.fail(1);
        family.succeed(2);
        family.succeed(3);
        let report = poll_once(running.as_mut(), &CountingWaker::new().waker());
        let Poll::Ready(report) = report else { panic!("{:?} hangs", verb.name) };
        assert!(!brief(&report).is_empty());
        drop((running, report));
        family.assert_sound();
    }
}

/// A waker that wakes a child whenever it is woken, and again when it is dropped.
struct Nosy(Waker);

impl Wake for Nosy {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.0.wake_by_ref();
    }
}

// trap: T9
#[test]
fn a_parents_waker_may_wake_a_child_when_it_is_dropped() {
    let child = Probe::<u32>::pending();
    let control = child.controller();
    let mut set = JoinSet::from_iter([child, Probe::pending()]);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());

    let nosy = Waker::from(Arc::new(Nosy(control.waker().unwrap())));
    assert!(set.poll_next(&mut Context::from_waker(&nosy)).is_pending());
    drop(nosy);
    // The old parent's waker goes here, and wakes the child of the set that is being polled.
    let counter = CountingWaker::new();
    let waker = counter.waker();
    assert!(set.poll_next(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(control.polls(), 2, "the wake during the poll was for the child");
    assert!(control.complete(7));
    assert_eq!(counter.wakes(), 1);
    assert!(set.poll_next(&mut Context::from_waker(&waker)).is_ready());
}

// trap: T9
#[test]
fn a_parents_waker_may_wake_a_child_while_the_set_is_dropped() {
    let child = Probe::<u32>::pending();
    let control = child.controller();
    let mut set = JoinSet::from_iter([child]);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
    let nosy = Waker::from(Arc::new(Nosy(control.waker().unwrap())));
    assert!(set.poll_next(&mut Context::from_waker(&nosy)).is_pending());
    drop(nosy);
    drop(set);
    control.assert_sound();
}

// trap: T9
#[test]
fn a_child_may_wake_its_siblings_and_itself_while_it_is_polled() {
    let first = Probe::<u32>::pending();
    let (one, other) = (first.controller(), first.controller());
    let second = Probe::pending().on_poll(move |poll| {
        if poll == 1 {
            assert!(one.complete(1));
        }
    });
    let last = second.controller();
    let mut all = Stepper::new(gather(vec![first, second]));
    assert!(all.step().is_pending());
    assert!(!all.is_woken(), "who is woken during the poll is polled in it");
    assert_eq!((other.polls(), other.has_ended()), (2, true));
    assert!(last.complete(2));
    assert_eq!(all.step(), Poll::Ready(vec![1, 2]));
}

// trap: T9
#[test]
fn a_childs_destructor_may_wake_its_siblings() {
    for verb in VERBS {
        let (family, mut children) = Family::new(4);
        let siblings: Vec<_> = (0..4).map(|place| family.control(place).clone()).collect();
        let last = children.pop().unwrap().on_drop(move || {
            for sibling in &siblings {
                sibling.wake();
            }
        });
        children.push(last);
        let mut running = Stepper::new((verb.run)(children));
        assert!(running.step().is_pending());
        drop(running);
        family.assert_sound();
    }
}

// trap: T9
#[test]
fn a_set_within_a_child_may_wake_the_children_of_the_set_around_it() {
    let outer = Probe::<()>::pending();
    let control = outer.controller();
    let waked = control.clone();
    let within = Probe::yields(2, ()).on_poll(move |poll| {
        if poll == 2 {
            assert!(waked.complete(()));
        }
    });
    let mut all = Stepper::new(gather::<Vec<futures::future::LocalBoxFuture<'_, ()>>, _>(vec![
        Box::pin(outer),
        Box::pin(async {
            gather(vec![within]).await;
        }),
    ]));
    assert!(all.run_until_stalled().is_ready());
    assert_eq!(control.polls(), 2);
}

// trap: T9
#[test]
fn a_parents_waker_may_wake_a_child_when_it_is_cloned() {
    let child = Probe::<u32>::pending();
    let control = child.controller();
    let mut set = JoinSet::from_iter([child, Probe::pending()]);
    let mut poll = |waker: &Waker| set.poll_next(&mut Context::from_waker(waker)).is_ready();
    assert!(!poll(Waker::noop()));
    let nosy = || {
        let child = control.waker().unwrap();
        cloning::waker(move || child.wake_by_ref())
    };
    let kept = nosy();
    assert!(!poll(&kept));
    assert_eq!(control.polls(), 2, "the set has cloned its parent's waker, which woke the child");
    assert!(!poll(&nosy()));
    assert!(control.complete(1));
    assert!(poll(Waker::noop()));
    drop(set);
    control.assert_sound();
}
