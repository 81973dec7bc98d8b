//! Every interleaving of wakes with what the owner does meanwhile.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

extern crate std;

mod foreign;

use super::*;
use crate::sync::models::{Wakes, assert_all_seen, step};
use alloc::{sync::Arc, vec::Vec};
use core::sync::atomic::{AtomicUsize as Plain, Ordering::Relaxed};
use loom::{sync::atomic::AtomicUsize, thread};

/// How many preemptions are tried where there are three threads; more would take minutes.
const BOUND: Option<usize> = Some(4);

/// Which outcomes were seen, counted outside the model.
struct Seen<const N: usize>([Plain; N]);

impl<const N: usize> Seen<N> {
    const fn new() -> Self {
        Self([const { Plain::new(0) }; N])
    }

    fn note(&self, outcome: usize) {
        self.0[outcome].fetch_add(1, Relaxed);
    }

    /// Explores all interleavings of `f`, which has two threads.
    fn model(&'static self, f: impl Fn(&Self) + Send + Sync + 'static) {
        self.bounded(None, f);
    }

    /// Explores the interleavings of `f` with at most so many preemptions.
    fn bounded(&'static self, bound: Option<usize>, f: impl Fn(&Self) + Send + Sync + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = bound;
        builder.check(move || f(self));
        assert_all_seen(&self.0);
    }
}

fn wake(child: &Waker) {
    child.wake_by_ref();
    step();
}

/// A set, and a waker of the first child of each header.
fn set_of(headers: u32) -> (Ready, Vec<Waker>) {
    let mut ready = Ready::new();
    let mut wakers = Vec::new();
    for chunk in 0..headers {
        ready.add_header();
        wakers.push(waker(&mut ready, Slot { chunk, place: 0 }));
    }
    (ready, wakers)
}

fn waker(ready: &mut Ready, slot: Slot) -> Waker {
    ready.mark(slot.chunk, slot.bit());
    assert_eq!(ready.next(), Some(slot));
    ready.with_waker(slot, Waker::noop(), Waker::clone)
}

/// Polls the set until it waits, and returns who was woken.
fn turn(ready: &mut Ready, parent: &Waker) -> Vec<usize> {
    let mut woken = Vec::new();
    let _polled = ready.begin(parent);
    loop {
        step();
        while let Some(slot) = ready.next() {
            woken.push(slot.index());
            step();
        }
        if ready.park(parent) == Parked::Yes {
            return woken;
        }
    }
}

/// A wake while the set is polled: it is found in that turn, or the parent is woken for another.
fn a_wake_against_a_turn(seen: &Seen<2>, headers: u32) {
    let (mut ready, mut wakers) = set_of(headers);
    let (parent, waker) = Wakes::new();
    let written = Arc::new(AtomicUsize::new(0));
    let child = wakers.pop().unwrap();
    let other = thread::spawn({
        let written = written.clone();
        move || {
            written.store(1, Relaxed);
            wake(&child);
        }
    });
    let index = (headers as usize - 1) * WIDTH;
    if turn(&mut ready, &waker).is_empty() {
        other.join().unwrap();
        assert_eq!(parent.count(), 1, "a parked set rings");
        assert_eq!(turn(&mut ready, &waker), [index]);
        seen.note(0);
    } else {
        assert_eq!(written.load(Relaxed), 1, "the poll sees what was written before the wake");
        other.join().unwrap();
        assert_eq!(turn(&mut ready, &waker), []);
        seen.note(1);
    }
}

#[test]
fn a_wake_against_a_turn_of_a_lone_header() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_a_turn(seen, 1));
}

#[test]
fn a_wake_against_a_turn_of_two_headers() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_a_turn(seen, 2));
}

/// Two wakes on two threads against one turn, which finds both, one, or none.
fn two_wakes_against_a_turn(seen: &Seen<3>, headers: u32, slots: [Slot; 2]) {
    let (mut ready, _) = set_of(headers);
    let (parent, parents_waker) = Wakes::new();
    let children = slots.map(|slot| {
        let child = waker(&mut ready, slot);
        (child, Arc::new(AtomicUsize::new(0)))
    });
    assert_eq!(turn(&mut ready, &parents_waker), []);
    let others: Vec<_> = children
        .iter()
        .map(|(child, written)| {
            let (child, written) = (child.clone(), written.clone());
            thread::spawn(move || {
                written.store(1, Relaxed);
                wake(&child);
            })
        })
        .collect();
    let mut found = turn(&mut ready, &parents_waker);
    for (slot, (_, written)) in slots.iter().zip(&children) {
        if found.contains(&slot.index()) {
            assert_eq!(written.load(Relaxed), 1, "the poll sees what was written before the wake");
        }
    }
    seen.note(found.len());
    others.into_iter().for_each(|other| other.join().unwrap());
    if found.len() < 2 {
        assert_ne!(parent.count(), 0);
        found.extend(turn(&mut ready, &parents_waker));
    }
    found.sort_unstable();
    assert_eq!(found, slots.map(Slot::index), "each is found once");
    assert!(
        parent.count() <= 3,
        "each rings once at the most, and one may be asked to do so again"
    );
}

#[test]
fn two_wakes_against_a_turn_of_a_lone_header() {
    static SEEN: Seen<3> = Seen::new();
    let slots = [Slot { chunk: 0, place: 0 }, Slot { chunk: 0, place: 1 }];
    SEEN.bounded(BOUND, move |seen| two_wakes_against_a_turn(seen, 1, slots));
}

#[test]
fn two_wakes_against_a_turn_of_one_of_two_headers() {
    static SEEN: Seen<3> = Seen::new();
    let slots = [Slot { chunk: 1, place: 0 }, Slot { chunk: 1, place: 1 }];
    SEEN.bounded(BOUND, move |seen| two_wakes_against_a_turn(seen, 2, slots));
}

#[test]
fn two_wakes_against_a_turn_of_two_headers() {
    static SEEN: Seen<3> = Seen::new();
    let slots = [Slot { chunk: 0, place: 0 }, Slot { chunk: 1, place: 0 }];
    SEEN.bounded(BOUND, move |seen| two_wakes_against_a_turn(seen, 2, slots));
}

/// Two wakes of a parked set ring once, whichever is first.
#[test]
fn two_wakes_of_a_parked_set_ring_once() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.bounded(BOUND, |seen| {
        let (mut ready, wakers) = set_of(2);
        let (parent, waker) = Wakes::new();
        assert_eq!(turn(&mut ready, &waker), []);
        let others = wakers.into_iter().map(|child| thread::spawn(move || wake(&child)));
        let others: Vec<_> = others.collect();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(parent.count(), 1);
        let found = turn(&mut ready, &waker);
        seen.note(usize::from(found[0] == 0));
        assert_eq!(found.len(), 2);
    });
}

/// A wake while the set grows from one header to two, parked or not.
fn a_wake_against_growth(seen: &Seen<2>, polled_before: bool) {
    let (mut ready, mut wakers) = set_of(1);
    let (parent, waker) = Wakes::new();
    if polled_before {
        assert_eq!(turn(&mut ready, &waker), []);
    }
    let child = wakers.pop().unwrap();
    let other = thread::spawn({
        let child = child.clone();
        move || wake(&child)
    });
    ready.add_header();
    // Marked with the lane if the wake was first; in the queue otherwise.
    seen.note(usize::from(ready.root().lane.is_empty()));
    ready.mark(1, 1);
    let mut found = turn(&mut ready, &waker);
    other.join().unwrap();
    if found.len() < 2 {
        assert_eq!(parent.count(), 1);
        found.extend(turn(&mut ready, &waker));
    }
    found.sort_unstable();
    assert_eq!(found, [0, WIDTH]);
    // What is left is a set that parks, in the queue.
    assert_eq!(turn(&mut ready, &waker), []);
    let wakes = parent.count();
    wake(&child);
    assert_eq!(parent.count(), wakes + 1);
    assert_eq!(turn(&mut ready, &waker), [0]);
}

#[test]
fn a_wake_against_growth_of_a_parked_set() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_growth(seen, true));
}

#[test]
fn a_wake_against_growth_of_a_set_that_is_awake() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.model(|seen| a_wake_against_growth(seen, false));
}

/// A wake that was meant for the child before, against that of the child that has its slot now.
#[test]
fn a_stale_wake_against_the_successors() {
    static SEEN: Seen<2> = Seen::new();
    SEEN.bounded(Some(3), |seen| {
        let (mut ready, mut wakers) = set_of(1);
        let (parent, waker) = Wakes::new();
        let stale = wakers.pop().unwrap();
        let written = Arc::new(AtomicUsize::new(0));
        let old = thread::spawn({
            let stale = stale.clone();
            move || wake(&stale)
        });
        // The slot is used again: the successor is polled for the first time.
        ready.mark(0, 1);
        let polled = turn(&mut ready, &waker);
        let new = thread::spawn({
            let written = written.clone();
            move || {
                written.store(1, Relaxed);
                wake(&stale);
            }
        });
        let polls = polled.len() + turn(&mut ready, &waker).len();
        let mut last = written.load(Relaxed);
        let wakes = parent.count();
        old.join().unwrap();
        new.join().unwrap();
        let rest = turn(&mut ready, &waker).len();
        if rest > 0 {
            assert!(parent.count() > 0, "{wakes} wakes");
            last = written.load(Relaxed);
        }
        assert_eq!(last, 1, "the last poll comes after the successor's wake");
        assert!((2..=3).contains(&(polls + rest)), "one poll in vain at the most");
        seen.note(polls + rest - 2);
    });
}
