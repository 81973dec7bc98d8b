extern crate std;

mod extend;

use super::*;
use crate::engine::ready::Readiness;
use alloc::{boxed::Box, sync::Arc};
use core::{
    cell::Cell,
    marker::PhantomPinned,
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
    task::Waker,
};
use std::sync::Mutex;

/// The children that were dropped, in order.
type Dropped = Arc<Mutex<Vec<usize>>>;

/// A child that knows where it was first polled, and ends when told.
struct Pinned {
    number: usize,
    place: Cell<*const Self>,
    polls_left: usize,
    panics_on_drop: bool,
    dropped: Dropped,
    _pinned: PhantomPinned,
}

impl Pinned {
    fn new(number: usize, dropped: &Dropped) -> Self {
        Self {
            number,
            place: Cell::new(ptr::null()),
            polls_left: usize::MAX,
            panics_on_drop: false,
            dropped: dropped.clone(),
            _pinned: PhantomPinned,
        }
    }

    fn assert_in_place(&self) {
        let first = self.place.replace(self);
        assert!(first.is_null() || ptr::eq(first, self), "child {} was moved", self.number);
    }
}

impl Future for Pinned {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
        self.assert_in_place();
        if self.polls_left == 0 { Poll::Ready(self.number) } else { Poll::Pending }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.place.get().is_null() {
            self.assert_in_place();
        }
        self.dropped.lock().unwrap().push(self.number);
        if self.panics_on_drop {
            std::panic::panic_any(self.number);
        }
    }
}

fn poll<F: Future>(children: &mut Segments<F>, slot: Slot) -> Poll<F::Output> {
    Pin::new(children).poll(slot, &mut Context::from_waker(Waker::noop()))
}

fn dropped(dropped: &Dropped) -> Vec<usize> {
    dropped.lock().unwrap().clone()
}

// trap: T4
#[test]
fn a_child_stays_where_it_was_first_polled() {
    let (log, mut ready) = (Dropped::default(), Ready::new());
    let mut children = Segments::<_>::new();
    let mut slots = Vec::new();
    for number in 0..1_000 {
        let mut child = Pinned::new(number, &log);
        child.polls_left = number % 3;
        slots.push(children.insert(child, &mut ready));
        for &slot in &slots[number / 2..] {
            if poll(&mut children, slot).is_ready() {
                assert!(!children.is_occupied(slot));
            }
        }
    }
    let mut children = Box::new(children);
    for &slot in &slots {
        assert!(poll(&mut children, slot).is_pending());
    }
    assert_eq!(dropped(&log).len(), 334);
    drop(children);
    let mut all = dropped(&log);
    all.sort_unstable();
    assert_eq!(all, Vec::from_iter(0..1_000), "each is dropped once");
}

#[test]
fn the_first_vacant_slots_are_used_again_with_the_next_generation() {
    let (log, mut ready) = (Dropped::default(), Ready::new());
    let mut children = Segments::<_>::new();
    let slots: Vec<_> =
        (0..200).map(|number| children.insert(Pinned::new(number, &log), &mut ready)).collect();
    let mut distinct: Vec<_> = slots.iter().map(|slot| slot.index()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 200);
    for round in 1..4 {
        let slot = slots[150];
        children.drop_child(slot);
        assert!(!children.is_occupied(slot));
        assert_eq!(children.insert(Pinned::new(150, &log), &mut ready), slot);
        assert_eq!(children.generation(slot), round);
        assert_eq!(children.generation(slots[149]), 0);
    }
    assert_eq!(children.len(), 200);
}

#[test]
fn all_slots_are_used_before_another_segment_is_allocated() {
    let mut ready = Ready::new();
    let mut children = Segments::<_>::new();
    for number in 0..5_000_usize {
        let room = children.capacity;
        children.insert(std::future::pending::<usize>(), &mut ready);
        assert!(children.capacity == room || number == room);
        assert_eq!(ready.headers(), children.chunks.len());
    }
    let slot = Slot { chunk: 3, place: 7 };
    children.drop_child(slot);
    children.drop_child(slot);
    assert_eq!(children.len(), 4_999);
}

#[test]
fn what_does_not_fit_in_512_bytes_gets_a_first_segment_of_its_own_size() {
    fn first_capacity<F: Default>() -> usize {
        let mut children = Segments::<_>::new();
        children.insert(F::default(), &mut Ready::new());
        children.capacity
    }
    assert_eq!(first_capacity::<()>(), 16);
    assert_eq!(first_capacity::<u64>(), 16);
    assert_eq!(first_capacity::<[u64; 8]>(), 8);
    assert_eq!(first_capacity::<[[u64; 32]; 3]>(), 1);
}

#[test]
fn room_that_was_reserved_is_used_without_growing() {
    for additional in [1, 16, 17, WIDTH, WIDTH + 1, 1_000] {
        let mut ready = Ready::new();
        let mut children = Segments::<_>::new();
        children.insert(0_usize, &mut ready);
        children.reserve(additional, &mut ready);
        let (room, segments) = (children.capacity, children.memory.others.len());
        assert!(room > additional);
        for number in 0..additional {
            children.insert(number, &mut ready);
        }
        assert_eq!((children.capacity, children.memory.others.len()), (room, segments));
        children.reserve(0, &mut ready);
        assert_eq!(children.capacity, room);
    }
}

#[test]
fn adopted_children_stay_in_their_buffer_and_in_their_order() {
    for n in [0, 1, WIDTH, WIDTH + 1, 1_000] {
        let (log, mut ready) = (Dropped::default(), Ready::new());
        let buffer: Vec<_> = (0..n).map(|number| Pinned::new(number, &log)).collect();
        let start = buffer.as_ptr();
        let mut children = Segments::<_>::new();
        children.adopt(buffer, &mut ready);
        assert_eq!((children.len(), ready.headers()), (n, n.div_ceil(WIDTH)));
        let marked: Vec<_> = core::iter::from_fn(|| Readiness::next(&mut ready)).collect();
        assert_eq!(marked, Vec::from_iter((0..n).map(Slot::of)), "each is marked, in order");
        for index in 0..n {
            let slot = Slot::of(index);
            assert!(children.is_occupied(slot));
            assert!(ptr::eq(children.place(slot).as_ptr(), start.wrapping_add(index)));
            assert!(poll(&mut children, slot).is_pending());
        }
        assert!(!children.is_occupied(Slot::of(n)));
        let late = children.insert(Pinned::new(n, &log), &mut ready);
        assert_eq!((late.place, children.generation(late)), (0, 0));
        if n > 0 {
            children.drop_child(Slot::of(n - 1));
            assert_eq!(children.insert(Pinned::new(n + 1, &log), &mut ready), Slot::of(n - 1));
            assert_eq!(children.generation(Slot::of(n - 1)), 1);
        }
        assert!(children.clear().is_none());
        let mut all = dropped(&log);
        all.sort_unstable();
        assert_eq!(all, Vec::from_iter(0..n + 1 + usize::from(n > 0)));
    }
}

#[test]
fn children_of_any_size_and_alignment_are_polled_and_dropped_in_place() {
    #[repr(align(128))]
    struct Aligned(u8);
    impl Future for Aligned {
        type Output = usize;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
            assert_eq!(ptr::from_ref(&*self).addr() % 128, 0);
            Poll::Ready(self.0.into())
        }
    }
    struct Large([u8; 65_536]);
    impl Future for Large {
        type Output = usize;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
            Poll::Ready(self.0[65_535].into())
        }
    }
    fn walk<F: Future<Output = usize>>(make: impl Fn(u8) -> F) {
        let mut ready = Ready::new();
        let mut children = Segments::<_>::new();
        let slots: Vec<_> = (0..150).map(|i| children.insert(make(i), &mut ready)).collect();
        for (number, &slot) in slots.iter().enumerate().step_by(2) {
            assert_eq!(poll(&mut children, slot), Poll::Ready(number));
        }
        assert_eq!(children.len(), 75);
    }
    walk(Aligned);
    walk(|number| Large([number; 65_536]));
}

#[test]
fn children_without_a_size_are_counted_and_dropped_like_others() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Nothing;
    impl Future for Nothing {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            Poll::Ready(())
        }
    }
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    let mut ready = Ready::new();
    let mut children = Segments::<_>::new();
    let slots: Vec<_> = (0..100).map(|_| children.insert(Nothing, &mut ready)).collect();
    assert_eq!(poll(&mut children, slots[99]), Poll::Ready(()));
    assert_eq!((children.len(), DROPS.load(Ordering::Relaxed)), (99, 1));
    drop(children);
    let mut children = Segments::<_>::new();
    children.adopt((0..100).map(|_| Nothing).collect(), &mut Ready::new());
    drop(children);
    assert_eq!(DROPS.load(Ordering::Relaxed), 200);
}

#[test]
fn children_that_need_no_drop_are_cleared_at_once() {
    let mut ready = Ready::new();
    let mut children = Segments::<_>::new();
    let slots: Vec<_> = (0..200_usize).map(|n| children.insert(n, &mut ready)).collect();
    assert!(children.clear().is_none());
    assert_eq!(children.len(), 0);
    assert!(slots.iter().all(|&slot| !children.is_occupied(slot)));
    let room = children.capacity;
    for number in 0..200 {
        children.insert(number, &mut ready);
    }
    assert_eq!(children.capacity, room, "the slots are used again");
}

#[test]
fn a_vacant_slot_is_pending_and_has_nothing_to_drop() {
    let (log, mut ready) = (Dropped::default(), Ready::new());
    let mut children = Segments::<_>::new();
    let slot = children.insert(Pinned::new(0, &log), &mut ready);
    Pin::new(&mut children).discard(slot);
    Pin::new(&mut children).discard(slot);
    assert!(poll(&mut children, slot).is_pending());
    assert!(!children.is_occupied(Slot { chunk: 9, place: 0 }));
    assert_eq!(dropped(&log), [0]);
}

#[cfg(feature = "std")]
mod panics {
    use super::*;

    // trap: T8
    #[test]
    fn a_panicking_drop_keeps_no_other_child_from_being_dropped() {
        let (log, mut ready) = (Dropped::default(), Ready::new());
        let mut children = Segments::<_>::new();
        for number in 0..200 {
            let mut child = Pinned::new(number, &log);
            child.panics_on_drop = number % 50 == 7;
            children.insert(child, &mut ready);
        }
        let first = children.clear().unwrap();
        assert_eq!(*first.into_payload().downcast::<usize>().unwrap(), 7);
        let mut all = dropped(&log);
        all.sort_unstable();
        assert_eq!(all, Vec::from_iter(0..200));
        assert_eq!(children.len(), 0);
        assert!(children.clear().is_none());
    }

    #[test]
    fn dropped_segments_resume_the_first_panic_unless_the_thread_panics_already() {
        let (log, mut ready) = (Dropped::default(), Ready::new());
        for panicking in [false, true] {
            let mut children = Segments::<_>::new();
            for number in 0..3 {
                let mut child = Pinned::new(number, &log);
                child.panics_on_drop = true;
                children.insert(child, &mut ready);
            }
            let thrown = catch(|| {
                let _children = children;
                if panicking {
                    panic!("first");
                }
            })
            .unwrap_err();
            assert_eq!(thrown.message(), panicking.then_some("first"));
        }
        assert_eq!(dropped(&log), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn a_child_that_panics_when_it_is_dropped_after_its_end_is_gone() {
        let (log, mut ready) = (Dropped::default(), Ready::new());
        let mut children = Segments::<_>::new();
        let mut child = Pinned::new(3, &log);
        (child.polls_left, child.panics_on_drop) = (0, true);
        let slot = children.insert(child, &mut ready);
        assert!(catch(|| poll(&mut children, slot)).is_err());
        assert_eq!((children.len(), children.is_occupied(slot)), (0, false));
        assert_eq!(dropped(&log), [3]);
    }

    #[test]
    fn an_output_whose_child_panics_when_it_is_dropped_may_panic_as_well() {
        struct Bomb(&'static str, Arc<AtomicUsize>);
        impl Drop for Bomb {
            fn drop(&mut self) {
                self.1.fetch_add(1, Ordering::Relaxed);
                panic!("{}", self.0);
            }
        }
        struct Child(Bomb);
        impl Future for Child {
            type Output = Bomb;
            fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Bomb> {
                Poll::Ready(Bomb("output", self.0.1.clone()))
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let mut ready = Ready::new();
        let mut children = Segments::<_>::new();
        let slot = children.insert(Child(Bomb("child", drops.clone())), &mut ready);
        let thrown = catch(|| assert!(poll(&mut children, slot).is_pending())).unwrap_err();
        assert_eq!(thrown.message(), Some("child"));
        assert_eq!(drops.load(Ordering::Relaxed), 2);
        assert_eq!(children.len(), 0);
    }
}

#[test]
fn segments_show_how_many_children_they_have_and_readiness_how_many_headers() {
    let mut ready = Ready::new();
    let mut children = Segments::<_>::new();
    for number in 0..=WIDTH {
        children.insert(number, &mut ready);
    }
    assert_eq!(std::format!("{children:?}"), std::format!("Segments {{ len: {}, .. }}", WIDTH + 1));
    assert!(std::format!("{ready:?}").starts_with("Ready { headers: "), "{ready:?}");
}
