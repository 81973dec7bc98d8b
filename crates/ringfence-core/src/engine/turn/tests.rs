extern crate std;

#[cfg(feature = "std")]
mod panics;

use super::*;
use crate::engine::{
    parents::{Parent, on_wake},
    ready::WIDTH,
    slots::Slots,
};
use alloc::{sync::Arc, vec, vec::Vec};
use core::{future::poll_fn, task::Waker};
use std::sync::Mutex;

/// What happened, by the numbers of children.
type Log = Arc<Mutex<Vec<usize>>>;

fn taken(log: &Log) -> Vec<usize> {
    core::mem::take(&mut log.lock().unwrap())
}

/// Waits for no end, and notes its polls, and its waker.
fn pends(number: usize, polls: &Log, wakers: &Wakers) -> impl Future<Output = usize> + use<> {
    let (polls, wakers) = (polls.clone(), wakers.clone());
    poll_fn(move |cx| {
        polls.lock().unwrap().push(number);
        wakers.lock().unwrap()[number] = cx.waker().clone();
        Poll::Pending
    })
}

/// The last waker of each child.
type Wakers = Arc<Mutex<Vec<Waker>>>;

fn wakers(n: usize) -> Wakers {
    Arc::new(Mutex::new(vec![Waker::noop().clone(); n]))
}

/// Wakes itself `yields` times, and ends.
fn yields(number: usize, mut yields: usize, polls: &Log) -> impl Future<Output = usize> + use<> {
    let polls = polls.clone();
    poll_fn(move |cx| {
        polls.lock().unwrap().push(number);
        if yields == 0 {
            return Poll::Ready(number);
        }
        yields -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// A set of children that end in their first poll.
fn of_ready(n: usize) -> Slots<core::future::Ready<usize>> {
    let mut slots = Slots::new();
    for number in 0..n {
        slots.insert(core::future::ready(number));
    }
    slots
}

/// Takes a turn that notes who ended, until `enough` have.
fn until<F: Future<Output = usize>>(
    slots: &mut Slots<F>,
    parent: &Waker,
    enough: usize,
) -> (Poll<()>, Vec<Result<usize, Panic>>) {
    let mut ends = Vec::new();
    let mut cx = Context::from_waker(parent);
    let Slots { ready, children } = slots;
    let poll = turn(ready, Pin::new(children), &mut cx, |_, _, _, end| {
        ends.push(end);
        if ends.len() == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (poll, ends)
}

/// Takes turns until the parent would wait.
fn all<F: Future<Output = usize>>(slots: &mut Slots<F>) -> Vec<Result<usize, Panic>> {
    let mut all = Vec::new();
    let (parent, waker) = Parent::new();
    loop {
        let wakes = parent.wakes();
        let (poll, ends) = until(slots, &waker, usize::MAX);
        assert!(poll.is_pending());
        all.extend(ends);
        if parent.wakes() == wakes {
            return all;
        }
    }
}

fn values(ends: Vec<Result<usize, Panic>>) -> Vec<usize> {
    ends.into_iter().map(|end| end.unwrap()).collect()
}

#[test]
fn ready_children_end_in_one_turn_in_the_order_given() {
    for n in [1, WIDTH, WIDTH + 1, 1_000] {
        let mut slots = of_ready(n);
        let (parent, waker) = Parent::new();
        let (poll, ends) = until(&mut slots, &waker, n);
        assert_eq!(poll, Poll::Ready(()));
        assert_eq!(values(ends), Vec::from_iter(0..n));
        assert_eq!((parent.wakes(), slots.children.len()), (0, 0));
    }
}

#[test]
fn a_turn_without_children_waits() {
    let mut slots = Slots::<core::future::Ready<usize>>::new();
    assert!(all(&mut slots).is_empty());
}

// trap: T24
#[test]
fn a_wake_of_one_of_n_polls_exactly_that_one() {
    for n in [1, WIDTH, WIDTH + 1, 1_000] {
        let (polls, wakers) = (Log::default(), wakers(n));
        let mut slots = Slots::new();
        for number in 0..n {
            slots.insert(pends(number, &polls, &wakers));
        }
        assert!(all(&mut slots).is_empty());
        assert_eq!(taken(&polls), Vec::from_iter(0..n));
        let (parent, waker) = Parent::new();
        assert!(until(&mut slots, &waker, 1).0.is_pending());
        for number in 0..n {
            let child = wakers.lock().unwrap()[number].clone();
            child.wake();
            assert_eq!(parent.wakes(), number + 1);
            assert!(until(&mut slots, &waker, 1).0.is_pending());
            assert_eq!(taken(&polls), [number]);
        }
    }
}

// trap: T15
#[test]
fn each_woken_child_is_polled_once_before_any_is_polled_again() {
    for n in [1, WIDTH, WIDTH + 1, 200] {
        let polls = Log::default();
        let mut slots = Slots::new();
        for number in 0..n {
            slots.insert(yields(number, 5, &polls));
        }
        let ends = values(all(&mut slots));
        assert_eq!(ends, Vec::from_iter(0..n));
        let polls = taken(&polls);
        for (round, polled) in polls.chunks(n).enumerate() {
            assert_eq!(polled, ends, "round {round} of {n}");
        }
        assert_eq!(polls.len(), 6 * n);
    }
}

// trap: T15
#[test]
fn a_child_that_wakes_itself_starves_nobody() {
    for n in [2, WIDTH + 1, 200] {
        let (polls, wakers) = (Log::default(), wakers(n));
        let mut slots = Slots::new();
        slots.insert(futures::future::Either::Left(yields(0, usize::MAX, &polls)));
        for number in 1..n {
            slots.insert(futures::future::Either::Right(pends(number, &polls, &wakers)));
        }
        let (_parent, waker) = Parent::new();
        for _ in 0..10 {
            assert!(until(&mut slots, &waker, 1).0.is_pending());
        }
        for number in 1..n {
            taken(&polls);
            let child = wakers.lock().unwrap()[number].clone();
            child.wake();
            assert!(until(&mut slots, &waker, 1).0.is_pending());
            let polls = taken(&polls);
            let before = polls.iter().position(|&polled| polled == number);
            assert!(before.is_some_and(|before| before <= 2), "child {number} of {n}");
        }
    }
}

// trap: T6
// rule: fair-turn
#[test]
fn a_turn_ends_after_64_polls_in_vain_and_wakes_its_parent() {
    let (polls, wakers) = (Log::default(), wakers(200));
    let mut slots = Slots::new();
    for number in 0..200 {
        slots.insert(pends(number, &polls, &wakers));
    }
    let (parent, waker) = Parent::new();
    for (turns, polled) in [(1, 0..64), (2, 64..128), (3, 128..192)] {
        assert!(until(&mut slots, &waker, 1).0.is_pending());
        assert_eq!(taken(&polls), Vec::from_iter(polled));
        assert_eq!(parent.wakes(), turns);
    }
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls), Vec::from_iter(192..200));
    assert_eq!(parent.wakes(), 3, "the last turn waits for a wake");
}

// rule: fair-ends
#[test]
fn a_thousand_children_may_end_in_one_turn() {
    let mut slots = of_ready(1_000);
    let (parent, waker) = Parent::new();
    assert_eq!(until(&mut slots, &waker, usize::MAX).1.len(), 1_000);
    assert_eq!(parent.wakes(), 0);
}

// rule: fair-ends
#[test]
fn a_turn_of_children_that_end_is_long_and_not_without_end() {
    let budget = BUDGET as usize;
    let mut slots = of_ready(budget + 1);
    let (parent, waker) = Parent::new();
    let (poll, ended) = until(&mut slots, &waker, usize::MAX);
    assert!(poll.is_pending());
    assert_eq!((ended.len(), parent.wakes()), (budget, 1), "it goes on in the next");
    assert_eq!(values(until(&mut slots, &waker, usize::MAX).1), [budget]);
}

#[test]
fn a_decision_ends_the_turn_and_the_rest_is_there_for_the_next() {
    let mut slots = of_ready(200);
    let (_parent, waker) = Parent::new();
    for number in 0..200 {
        assert_eq!(values(until(&mut slots, &waker, 1).1), [number]);
    }
    assert!(until(&mut slots, &waker, 1).0.is_pending());
}

#[test]
fn a_child_taken_in_when_another_ends_is_polled_in_the_same_turn() {
    let mut slots = Slots::new();
    slots.insert(core::future::ready(0));
    let (_parent, waker) = Parent::new();
    let mut ended = Vec::new();
    let Slots { ready, children } = &mut slots;
    let mut cx = Context::from_waker(&waker);
    let poll = turn(ready, Pin::new(children), &mut cx, |ready, mut children, _, end| {
        ended.push(end.unwrap());
        if ended.len() == 200 {
            return ControlFlow::Break(());
        }
        children.insert(core::future::ready(ended.len()), ready);
        ControlFlow::Continue(())
    });
    assert_eq!(poll, Poll::Ready(()));
    assert_eq!(ended, Vec::from_iter(0..200));
}

// trap: T10
#[test]
fn a_stale_waker_costs_its_successor_one_poll_and_never_a_wake() {
    let (polls, wakers) = (Log::default(), wakers(3));
    let mut slots = Slots::new();
    let slot = slots.insert(pends(0, &polls, &wakers));
    let (parent, waker) = Parent::new();
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    let stale = wakers.lock().unwrap()[0].clone();
    slots.children.drop_child(slot);

    // Nobody is in the slot.
    stale.wake_by_ref();
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls), [0]);

    // The successor is polled for the first time, whoever wakes.
    assert_eq!(slots.insert(pends(1, &polls, &wakers)), slot);
    stale.wake_by_ref();
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls), [1]);

    stale.wake_by_ref();
    let own = wakers.lock().unwrap()[1].clone();
    own.wake_by_ref();
    assert!(own.will_wake(&stale));
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls), [1]);
    assert_eq!(parent.wakes(), 3);
}

// trap: T9
#[test]
fn a_parent_that_wakes_a_child_when_a_turn_was_long_is_polled_again() {
    let (polls, wakers) = (Log::default(), wakers(64));
    let mut slots = Slots::new();
    for number in 0..64 {
        slots.insert(pends(number, &polls, &wakers));
    }
    let waker = on_wake({
        let wakers = wakers.clone();
        move || {
            let child = wakers.lock().unwrap()[3].clone();
            child.wake();
        }
    });
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls).len(), 64);
    assert!(until(&mut slots, &waker, 1).0.is_pending());
    assert_eq!(taken(&polls), [3]);
}

#[test]
fn a_set_within_a_set_is_polled_when_its_child_is_woken() {
    let (polls, wakers) = (Log::default(), wakers(1));
    let mut inner = Slots::new();
    inner.insert(pends(0, &polls, &wakers));
    let mut outer = Slots::new();
    outer.insert(poll_fn(move |cx| until(&mut inner, cx.waker(), 1).0.map(|()| 0)));
    let (parent, waker) = Parent::new();
    for wakes in 0..3 {
        assert!(until(&mut outer, &waker, 1).0.is_pending());
        assert_eq!(taken(&polls), [0]);
        let child = wakers.lock().unwrap()[0].clone();
        child.wake();
        assert_eq!(parent.wakes(), wakes + 1);
    }
}

#[test]
fn children_may_wake_each_other_when_the_set_is_dropped() {
    struct Wakes(Wakers, usize);
    impl Drop for Wakes {
        fn drop(&mut self) {
            let all = self.0.lock().unwrap().clone();
            all.iter().for_each(Waker::wake_by_ref);
            self.0.lock().unwrap()[self.1] = Waker::noop().clone();
        }
    }
    for n in [2, WIDTH + 1] {
        let (polls, wakers) = (Log::default(), wakers(n));
        let mut slots = Slots::new();
        for number in 0..n {
            let child = pends(number, &polls, &wakers);
            let wakes = Wakes(wakers.clone(), number);
            let mut child = alloc::boxed::Box::pin(child);
            slots.insert(poll_fn(move |cx| {
                let _ = &wakes;
                child.as_mut().poll(cx)
            }));
        }
        assert!(all(&mut slots).is_empty());
        let (parent, waker) = Parent::new();
        assert!(until(&mut slots, &waker, 1).0.is_pending());
        drop(slots);
        assert_eq!(parent.wakes(), 1, "a parked set rings once");
        drop(waker);
        assert_eq!(Arc::strong_count(&parent), 1);
    }
}
