extern crate std;

mod parent;

use super::*;
use crate::engine::parents::Parent;
use alloc::{sync::Arc, vec, vec::Vec};
use std::thread;

impl Slot {
    /// The slot of a number, if all headers have [`WIDTH`] places.
    pub(crate) fn of(index: usize) -> Self {
        Self { chunk: (index / WIDTH) as u32, place: (index % WIDTH) as u32 }
    }
}

impl Ready {
    /// How many headers there are.
    pub(crate) fn headers(&self) -> usize {
        self.headers as usize
    }
}

/// As many children as one header has room for, one header more, and many.
const NUMBERS: [usize; 5] = [1, WIDTH, WIDTH + 1, 2 * WIDTH, 1_000];

/// Returns the readiness of `children`, and a waker of each, as a set has them that was polled.
fn set_of(children: usize) -> (Ready, Vec<Waker>) {
    let mut ready = Ready::new();
    let mut wakers = Vec::new();
    for index in 0..children {
        let slot = Slot::of(index);
        if slot.place == 0 {
            ready.add_header();
        }
        ready.mark(slot.chunk, slot.bit());
        assert_eq!(ready.next(), Some(slot));
        wakers.push(ready.with_waker(slot, Waker::noop(), Waker::clone));
    }
    (ready, wakers)
}

/// Polls the set as an executor would, and returns who was woken.
fn turn(ready: &mut Ready, parent: &Waker) -> Vec<usize> {
    let mut woken = Vec::new();
    let _polled = ready.begin(parent);
    loop {
        while let Some(slot) = ready.next() {
            woken.push(slot.index());
        }
        if ready.park(parent) == Parked::Yes {
            return woken;
        }
    }
}

#[test]
fn a_wake_of_one_of_n_rings_once_and_finds_exactly_that_one() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        for (index, child) in wakers.iter().enumerate() {
            child.wake_by_ref();
            assert_eq!(parent.wakes(), index + 1, "child {index} of {n}");
            assert_eq!(turn(&mut ready, &waker), [index], "of {n}");
        }
        assert_eq!(turn(&mut ready, &waker), []);
    }
}

#[test]
fn many_wakes_of_a_parked_set_ring_once_and_each_child_is_found_once() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        wakers.iter().chain(&wakers).for_each(Waker::wake_by_ref);
        assert_eq!(parent.wakes(), 1, "{n} children");
        assert_eq!(turn(&mut ready, &waker), Vec::from_iter(0..n));
    }
}

#[test]
fn a_set_that_was_never_polled_rings_nobody_and_keeps_its_wakes() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        wakers[n - 1].wake_by_ref();
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), [n - 1]);
        assert_eq!(parent.wakes(), 0);
    }
}

#[test]
fn a_set_without_children_waits_for_nothing() {
    let (parent, waker) = Parent::new();
    let mut ready = Ready::new();
    assert!(ready.begin(&waker).is_none());
    assert_eq!(ready.next(), None);
    assert_eq!(ready.park(&waker), Parked::Yes);
    assert_eq!(Arc::strong_count(&parent), 2, "nobody keeps a waker that nobody can ring");
}

#[test]
fn headers_are_served_in_the_order_of_their_first_wake() {
    let (mut ready, wakers) = set_of(4 * WIDTH);
    let (_parent, waker) = Parent::new();
    assert_eq!(turn(&mut ready, &waker), []);
    let at = |chunk: usize, place: usize| chunk * WIDTH + place;
    for index in [at(2, 5), at(0, 1), at(3, 0), at(2, 3), at(1, 9)] {
        wakers[index].wake_by_ref();
    }
    let expected = [at(2, 3), at(2, 5), at(0, 1), at(3, 0), at(1, 9)];
    assert_eq!(turn(&mut ready, &waker), expected);
    for index in expected {
        ready.mark(Slot::of(index).chunk, Slot::of(index).bit());
    }
    assert_eq!(turn(&mut ready, &waker), expected);
}

#[test]
fn what_is_woken_during_a_round_is_served_after_the_round() {
    let (mut ready, wakers) = set_of(4 * WIDTH);
    let (_parent, waker) = Parent::new();
    assert_eq!(turn(&mut ready, &waker), []);
    let wake = |chunk: usize| wakers[chunk * WIDTH].wake_by_ref();
    let slot = |chunk| Some(Slot { chunk, place: 0 });
    wake(0);
    wake(1);
    ready.mark(2, 1);
    ready.mark(1, 2);
    assert_eq!(ready.next(), slot(2));
    // From within and from outside, those served and others.
    ready.mark(2, 1);
    wake(2);
    wake(3);
    assert_eq!(ready.next(), slot(1), "in the place of its first mark");
    wake(1);
    assert_eq!(ready.next(), Some(Slot { chunk: 1, place: 1 }));
    assert_eq!(ready.next(), slot(0));
    assert_eq!([ready.next(), ready.next(), ready.next()], [slot(2), slot(3), slot(1)]);
    assert_eq!(ready.next(), None);
}

/// The thread's own set is known without `std` to nobody, so that all wakes are from outside.
#[cfg(feature = "std")]
#[test]
fn a_wake_while_the_set_is_polled_on_this_thread_rings_nobody() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        {
            let _polled = ready.begin(&waker);
            wakers[n - 1].wake_by_ref();
            wakers[0].wake_by_ref();
            assert_eq!(ready.park(&waker), Parked::Woken);
        }
        assert_eq!(parent.wakes(), 0);
        let mut woken = turn(&mut ready, &waker);
        woken.sort_unstable();
        woken.dedup();
        assert_eq!(woken, if n == 1 { vec![0] } else { vec![0, n - 1] });
    }
}

#[test]
fn a_wake_of_a_set_while_another_is_polled_on_this_thread_rings() {
    let (mut outer, outer_wakers) = set_of(1);
    let (mut inner, inner_wakers) = set_of(1);
    let (parent, waker) = Parent::new();
    assert_eq!(turn(&mut outer, &waker), []);
    let _polled = outer.begin(&waker);
    assert_eq!(turn(&mut inner, &outer_wakers[0]), []);
    inner_wakers[0].wake_by_ref();
    assert_eq!(outer.next(), Some(Slot::of(0)), "the inner set is a child of the outer one");
    assert_eq!(turn(&mut inner, &outer_wakers[0]), [0]);
    assert_eq!(parent.wakes(), usize::from(cfg!(not(feature = "std"))));
}

#[test]
fn a_wake_on_another_thread_while_the_set_is_polled_is_found() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (_parent, waker) = Parent::new();
        let _polled = ready.begin(&waker);
        let last = wakers[n - 1].clone();
        thread::spawn(move || last.wake()).join().unwrap();
        assert_eq!(turn(&mut ready, &waker), [n - 1]);
    }
}

#[test]
fn a_set_that_grows_while_it_is_parked_stays_parked() {
    let (mut ready, wakers) = set_of(1);
    let (parent, waker) = Parent::new();
    assert_eq!(turn(&mut ready, &waker), []);
    ready.add_header();
    assert_eq!(parent.wakes(), 0, "growing wakes nobody");
    wakers[0].wake_by_ref();
    assert_eq!(parent.wakes(), 1);
    assert_eq!(turn(&mut ready, &waker), [0]);
}

#[test]
fn a_set_that_grows_after_a_wake_keeps_the_wake_and_rings_no_more() {
    let (mut ready, wakers) = set_of(2);
    let (parent, waker) = Parent::new();
    assert_eq!(turn(&mut ready, &waker), []);
    wakers[1].wake_by_ref();
    ready.add_header();
    wakers[0].wake_by_ref();
    assert_eq!(parent.wakes(), 1);
    let mut woken = turn(&mut ready, &waker);
    woken.sort_unstable();
    assert_eq!(woken, [0, 1]);
}

#[test]
fn a_set_that_grows_after_a_wake_for_which_it_did_not_wait_keeps_the_next_one_too() {
    let (mut ready, wakers) = set_of(2);
    let (_before, waker) = Parent::new();
    assert_eq!(turn(&mut ready, &waker), []);
    // It has another parent, and has not waited since.
    let (parent, waker) = Parent::new();
    drop(ready.begin(&waker));
    wakers[1].wake_by_ref();
    ready.add_header();
    wakers[0].wake_by_ref();
    assert_eq!(parent.wakes(), 0);
    let mut woken = turn(&mut ready, &waker);
    woken.sort_unstable();
    assert_eq!(woken, [0, 1]);
}

#[test]
fn a_set_that_grows_while_a_word_is_handed_out_goes_on_with_it() {
    let (mut ready, wakers) = set_of(3);
    let (_parent, waker) = Parent::new();
    wakers.iter().for_each(Waker::wake_by_ref);
    drop(ready.begin(&waker));
    assert_eq!(ready.next(), Some(Slot::of(0)));
    ready.add_header();
    ready.mark(1, 1);
    assert_eq!(turn(&mut ready, &waker), [1, 2, WIDTH]);
}

#[test]
fn a_waker_kept_after_the_set_is_gone_does_nothing() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        drop(ready);
        wakers.iter().for_each(Waker::wake_by_ref);
        assert_eq!(parent.wakes(), 0);
        drop(waker);
        assert_eq!(Arc::strong_count(&parent), 1, "the parent's waker is not kept");
        let other = wakers[n - 1].clone();
        assert!(other.will_wake(&wakers[n - 1]));
        thread::spawn(move || other.wake()).join().unwrap();
    }
}

#[test]
fn a_waker_kept_for_ever_keeps_less_than_a_kibibyte() {
    assert!(size_of::<Root>() + size_of::<Slab>() < 1024);
    #[cfg(target_pointer_width = "64")]
    assert_eq!([size_of::<Header>(), size_of::<Root>()], [64, 3 * 64]);
    #[cfg(target_pointer_width = "64")]
    assert_eq!(WIDTH, 62, "so many children share a header");
}

#[test]
fn a_waker_of_a_set_that_is_gone_wakes_no_other_set() {
    let (ready, wakers) = set_of(1);
    drop(ready);
    let others: Vec<_> = (0..20).map(|_| set_of(1)).collect();
    wakers[0].wake_by_ref();
    let (_parent, waker) = Parent::new();
    for (mut other, _wakers) in others {
        assert_eq!(turn(&mut other, &waker), []);
    }
}

#[test]
fn the_last_waker_may_be_dropped_on_another_thread() {
    for n in NUMBERS {
        let (ready, wakers) = set_of(n);
        drop(ready);
        thread::spawn(move || drop(wakers)).join().unwrap();
    }
}

#[test]
fn a_set_may_move_to_another_thread_between_turns() {
    for n in NUMBERS {
        let (mut ready, wakers) = set_of(n);
        let (parent, waker) = Parent::new();
        assert_eq!(turn(&mut ready, &waker), []);
        let (mut ready, waker) = thread::spawn(move || {
            assert_eq!(turn(&mut ready, &waker), []);
            (ready, waker)
        })
        .join()
        .unwrap();
        wakers[0].wake_by_ref();
        assert_eq!(parent.wakes(), 1);
        assert_eq!(turn(&mut ready, &waker), [0]);
    }
}
