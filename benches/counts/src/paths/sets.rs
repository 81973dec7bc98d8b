//! `JoinSet`.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use ringfence_core::JoinSet;

use crate::Work;
use crate::children::{Gates, Never, Yields, ready};

/// Takes as many ends as come.
fn take<F: Future>(set: &mut JoinSet<F>, most: usize) -> usize {
    let mut cx = Context::from_waker(Waker::noop());
    let mut taken = 0;
    while taken < most {
        let Poll::Ready(Some(end)) = set.poll_next(&mut cx) else { break };
        drop(black_box(end));
        taken += 1;
    }
    taken
}

/// Fills a set, and takes all ends, however often it must be polled.
fn run_all(child: impl Fn() -> Yields + 'static) -> Work {
    Box::new(move || {
        let mut set = JoinSet::new();
        for _ in 0..1_000 {
            set.insert(child());
        }
        let mut left = 1_000;
        while left > 0 {
            left -= take(&mut set, left);
        }
    })
}

pub(super) fn ready_children() -> Work {
    run_all(ready)
}

pub(super) fn yield_once() -> Work {
    run_all(|| Yields(1))
}

/// In a window of 100, another child comes whenever one has ended.
pub(super) fn churn() -> Work {
    let mut set = JoinSet::new();
    for _ in 0..100 {
        set.insert(Yields(1));
    }
    Box::new(move || {
        let mut left = 1_000;
        while left > 0 {
            let taken = take(&mut set, 1);
            for _ in 0..taken {
                set.insert(Yields(1));
            }
            left -= taken;
        }
    })
}

/// A set whose children wait at gates.
fn gated(children: usize) -> (Gates, JoinSet<crate::children::Gated>) {
    let (gates, mut set) = (Gates::default(), JoinSet::new());
    for _ in 0..children {
        set.insert(gates.child());
    }
    let mut cx = Context::from_waker(Waker::noop());
    // A turn has a budget: as many turns as poll all.
    for _ in 0..children {
        assert!(set.poll_next(&mut cx).is_pending(), "all gates are shut");
    }
    (gates, set)
}

pub(super) fn wake_one_by_one() -> Work {
    let (gates, mut set) = gated(100);
    Box::new(move || {
        for at in 0..100 {
            // From end to end, so that no order helps.
            gates.open(at * 37 % 100);
            assert_eq!(take(&mut set, 1), 1);
        }
    })
}

pub(super) fn broadcast() -> Work {
    let (gates, mut set) = gated(1_000);
    Box::new(move || {
        (0..1_000).for_each(|at| gates.open(at));
        let mut left = 1_000;
        while left > 0 {
            left -= take(&mut set, left);
        }
    })
}

pub(super) fn drop_pending() -> Work {
    let mut set = JoinSet::new();
    for n in 0..1_000 {
        set.insert(Never(n));
    }
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        assert!(set.poll_next(&mut cx).is_pending(), "nobody ends");
    }
    Box::new(move || drop(set))
}
