//! Where children of one type live: in segments of memory that never move.

mod grow;

use super::{
    ready::{Ready, Slot, WIDTH},
    turn::Children,
};
use crate::outcome::{Panic, Unseen, catch, keep_first};
use alloc::vec::Vec;
use core::{
    fmt,
    future::Future,
    iter, mem,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll},
};
use grow::Memory;
use smallvec::SmallVec;

/// No chunk.
const NONE: u32 = u32::MAX;

/// Children of one type, each in a slot from which it does not move until it is dropped.
///
/// The first `RESERVED` places of the first chunk are never used: their numbers mean something else
/// to a parent that is more than a set. Such a parent adds the first header itself.
///
/// # Invariants
///
/// I6. A slot holds a child exactly if its bit in `places` is 1, and in `vacant` 0.
/// I7. The memory of a slot is allocated, and stays where it is, until the segments are dropped.
pub(crate) struct Segments<F, const RESERVED: usize = 0> {
    memory: Memory<F>,
    chunks: SmallVec<[Chunk<F>; 1]>,
    /// The first chunk with a vacant slot.
    free: u32,
    /// How many children there are.
    len: usize,
    /// For how many children is room.
    capacity: usize,
    /// How often each slot was used again; empty until one is.
    generations: Vec<u64>,
}

/// The slots that share a header.
struct Chunk<F> {
    slots: NonNull<F>,
    /// The slots that there are (I6).
    places: usize,
    /// The slots without a child (I6).
    vacant: usize,
    /// The slots that never had one.
    fresh: usize,
    /// The next chunk with a vacant slot, if this has one.
    next_free: u32,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
// SAFETY: the pointers are to memory that the segments own, with the children in it.
unsafe impl<F: Send, const RESERVED: usize> Send for Segments<F, RESERVED> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
// SAFETY: as above; `&self` reaches no child.
unsafe impl<F: Sync, const RESERVED: usize> Sync for Segments<F, RESERVED> {}

/// Children are pinned by the memory that they live in, not by the place of this struct.
impl<F, const RESERVED: usize> Unpin for Segments<F, RESERVED> {}

impl<F, const RESERVED: usize> Segments<F, RESERVED> {
    pub(crate) const fn new() -> Self {
        Self {
            memory: Memory::new(),
            chunks: SmallVec::new_const(),
            free: NONE,
            len: 0,
            capacity: 0,
            generations: Vec::new(),
        }
    }

    /// How many children there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many children there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes in a child, and marks it as ready to be polled.
    #[inline]
    pub(crate) fn insert(&mut self, child: F, ready: &mut Ready) -> Slot {
        if self.free == NONE {
            self.grow(1, ready);
        }
        let number = self.free;
        let chunk = &mut self.chunks[number as usize];
        let (bit, _) = chunk.put(child, &mut iter::empty());
        let slot = Slot { chunk: number, place: bit.trailing_zeros() };
        let again = chunk.mark_used(bit, &mut self.free);
        self.len += 1;
        if again != 0 {
            self.count_use(slot);
        }
        ready.mark(number, bit);
        slot
    }

    /// Takes in children, as [`insert`](Self::insert) does one after the other.
    ///
    /// Nothing foreign may run in `children`: those of a chunk are counted once it is full, or all
    /// have come.
    pub(crate) fn extend(&mut self, mut children: impl Iterator<Item = F>, ready: &mut Ready) {
        let mut next = children.next();
        while let Some(child) = next {
            if self.free == NONE {
                self.grow(1, ready);
            }
            let number = self.free;
            let chunk = &mut self.chunks[number as usize];
            let places;
            (places, next) = chunk.put(child, &mut children);
            self.len += places.count_ones() as usize;
            let mut again = chunk.mark_used(places, &mut self.free);
            while again != 0 {
                self.count_use(Slot { chunk: number, place: again.trailing_zeros() });
                again &= again - 1;
            }
            ready.mark(number, places);
        }
    }

    /// Whether there is a child in the slot.
    #[inline]
    pub(crate) fn is_occupied(&self, slot: Slot) -> bool {
        self.chunks.get(slot.chunk as usize).is_some_and(|chunk| chunk.occupied() & slot.bit() != 0)
    }

    /// The slots with a child.
    pub(crate) fn occupied(&self) -> impl Iterator<Item = Slot> {
        self.chunks.iter().zip(0..).flat_map(|(chunk, number)| {
            let mut rest = chunk.occupied();
            core::iter::from_fn(move || {
                let place = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(Slot { chunk: number, place })
            })
        })
    }

    /// The child in a slot. It must not be one that is pinned there.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    pub(crate) fn child(&self, slot: Slot) -> Option<&F>
    where
        F: Unpin,
    {
        // SAFETY: there is a child in the slot (I6), and nobody has it by `&mut`.
        self.is_occupied(slot).then(|| unsafe { self.place(slot).as_ref() })
    }

    /// As `child`, for changing it.
    #[cfg(feature = "std")]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    pub(crate) fn child_mut(&mut self, slot: Slot) -> Option<&mut F>
    where
        F: Unpin,
    {
        // SAFETY: there is a child in the slot (I6), and whoever has the segments by `&mut` has it.
        self.is_occupied(slot).then(|| unsafe { self.place(slot).as_mut() })
    }

    /// Takes the child out of a slot, wherever its poll has left it.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    pub(crate) fn take(&mut self, slot: Slot) -> Option<F>
    where
        F: Unpin,
    {
        if !self.is_occupied(slot) {
            return None;
        }
        let child = self.place(slot);
        self.vacate(slot);
        // SAFETY: the slot held a child (I6), and holds none any more.
        Some(unsafe { child.read() })
    }

    /// How often the slot was used before the child that it has or had last.
    #[inline]
    pub(crate) fn generation(&self, slot: Slot) -> u64 {
        self.generations.get(slot.index()).copied().unwrap_or(0)
    }

    /// Drops all children, in the order of their slots; returns the first panic, if any.
    ///
    /// A panic does not keep the others from being dropped.
    #[inline]
    pub(crate) fn clear(&mut self) -> Option<Panic> {
        // As most are when they are dropped.
        if self.len == 0 { None } else { self.clear_chunks() }
    }

    fn clear_chunks(&mut self) -> Option<Panic> {
        let mut first = None;
        for chunk in 0..self.chunks.len() {
            let mut rest = self.vacate_all(chunk);
            if !mem::needs_drop::<F>() {
                continue;
            }
            let slots = self.chunks[chunk].slots;
            while rest != 0 {
                let swept = catch(|| drop_in_place(slots, &mut rest));
                keep_first(&mut first, swept.err());
            }
        }
        first
    }

    /// Vacates all slots of a chunk, and returns those that held a child, which is still there.
    fn vacate_all(&mut self, index: usize) -> usize {
        let chunk = &mut self.chunks[index];
        let occupied = chunk.occupied();
        if occupied != 0 {
            if chunk.vacant == 0 {
                chunk.next_free = self.free;
                self.free = index as u32;
            }
            chunk.vacant |= occupied;
            self.len -= occupied.count_ones() as usize;
        }
        occupied
    }

    /// Drops the child in the slot, if there is one. Its destructor may panic; the slot is vacant
    /// then as well.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    pub(crate) fn drop_child(&mut self, slot: Slot) {
        if self.is_occupied(slot) {
            let child = self.place(slot);
            // Vacant first: if the destructor panics, the child is not dropped again.
            self.vacate(slot);
            // SAFETY: the slot held a child (I6), and holds none any more.
            unsafe { child.drop_in_place() };
        }
    }

    /// The memory of an occupied slot.
    fn place(&self, slot: Slot) -> NonNull<F> {
        self.chunks[slot.chunk as usize].place(slot)
    }

    fn vacate(&mut self, slot: Slot) {
        self.chunks[slot.chunk as usize].vacate(slot, &mut self.free);
        self.len -= 1;
    }

    /// Notes that a slot is used again.
    #[inline]
    fn count_use(&mut self, slot: Slot) {
        let index = slot.index();
        if index >= self.generations.len() {
            self.generations.resize(self.chunks.len() * WIDTH, 0);
        }
        self.generations[index] += 1;
    }
}

impl<F> Chunk<F> {
    /// The slots with a child.
    fn occupied(&self) -> usize {
        self.places & !self.vacant
    }

    /// The memory of an occupied slot.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    fn place(&self, slot: Slot) -> NonNull<F> {
        debug_assert!(self.places & slot.bit() != 0);
        // SAFETY: an occupied slot is below the capacity (I6), so that it is within the memory.
        unsafe { self.slots.add(slot.place as usize) }
    }

    /// Puts a child into the first vacant slot, and others into the next ones, until there is none
    /// of either. Returns the slots as bits, and a child that is left.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    fn put(&mut self, mut child: F, others: &mut impl Iterator<Item = F>) -> (usize, Option<F>) {
        // A copy, which is written back once: a child might be anywhere, for all the compiler knows.
        let mut vacant = self.vacant;
        let next = loop {
            // SAFETY: the place is below the capacity, since only such places are ever vacant here.
            let slot = unsafe { self.slots.add(vacant.trailing_zeros() as usize) };
            // SAFETY: the slot is vacant (I6), and its memory is the segments' (I7).
            unsafe { slot.write(child) };
            vacant &= vacant - 1;
            match others.next() {
                Some(another) if vacant != 0 => child = another,
                next => break next,
            }
        };
        let places = mem::replace(&mut self.vacant, vacant) & !vacant;
        (places, next)
    }

    /// Notes that slots have a child. Returns those that had one before. `free` is the first chunk
    /// with a vacant slot, which was this one.
    #[inline]
    fn mark_used(&mut self, places: usize, free: &mut u32) -> usize {
        if self.vacant == 0 {
            *free = self.next_free;
        }
        let again = places & !self.fresh;
        self.fresh &= !places;
        again
    }

    /// Notes that a slot holds no child any more. `free` is the first chunk with a vacant slot.
    #[inline]
    fn vacate(&mut self, slot: Slot, free: &mut u32) {
        if self.vacant == 0 {
            self.next_free = mem::replace(free, slot.chunk);
        }
        self.vacant |= slot.bit();
    }
}

/// Drops the children in the places of `rest`, each taken away from it first.
#[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
fn drop_in_place<F>(slots: NonNull<F>, rest: &mut usize) {
    while *rest != 0 {
        let place = rest.trailing_zeros() as usize;
        *rest &= *rest - 1;
        // SAFETY: the caller has just vacated the slot, so that it is below the capacity (I6).
        let child = unsafe { slots.add(place) };
        // SAFETY: the slot held a child, which only this call drops, and only once.
        unsafe { child.drop_in_place() };
    }
}

impl<F: Future, const RESERVED: usize> Children for Segments<F, RESERVED> {
    type End = F::Output;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U7")]
    fn poll(mut self: Pin<&mut Self>, slot: Slot, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { chunks, free, len, .. } = &mut *self;
        let chunk = &mut chunks[slot.chunk as usize];
        if chunk.vacant & slot.bit() != 0 {
            // The wake was for a child that has gone.
            return Poll::Pending;
        }
        let mut place = chunk.place(slot);
        // SAFETY: there is a child in the slot (I6), and nobody else has a reference to it.
        let child = unsafe { place.as_mut() };
        // SAFETY: a child stays in its slot until it is dropped there (I7).
        let child = unsafe { Pin::new_unchecked(child) };
        let Poll::Ready(output) = child.poll(cx) else { return Poll::Pending };
        // Vacant first: if the destructor panics, the child is not dropped again.
        chunk.vacate(slot, free);
        *len -= 1;
        if !mem::needs_drop::<F>() {
            return Poll::Ready(output);
        }
        let output = Unseen::new(output);
        // SAFETY: the slot held a child (I6), and holds none any more.
        unsafe { place.drop_in_place() };
        Poll::Ready(output.show())
    }

    fn discard(mut self: Pin<&mut Self>, slot: Slot) {
        self.drop_child(slot);
    }
}

impl<F, const RESERVED: usize> Drop for Segments<F, RESERVED> {
    fn drop(&mut self) {
        if let Some(panic) = self.clear() {
            panic.resume_unless_panicking();
        }
    }
}

impl<F, const RESERVED: usize> fmt::Debug for Segments<F, RESERVED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;
