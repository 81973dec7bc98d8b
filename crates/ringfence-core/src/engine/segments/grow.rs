//! Where the memory of segments comes from.

use super::{Chunk, NONE, Segments};
use crate::engine::ready::{Ready, WIDTH};
use alloc::vec::Vec;
use core::ptr::NonNull;

/// The most chunks that are allocated in one segment.
const CHUNKS: usize = 8;

/// How many bytes the first segment may have, if more than one child fits.
const FIRST_BYTES: usize = 512;

/// How many children the first segment has room for at the most.
const FIRST_CHILDREN: usize = 16;

impl<F, const RESERVED: usize> Segments<F, RESERVED> {
    /// Takes in all of `children`, in their own buffer and in their order, and marks them as ready.
    ///
    /// Child `i` is in slot `i`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U12")]
    pub(crate) fn adopt(&mut self, mut children: Vec<F>, ready: &mut Ready) {
        const { assert!(RESERVED == 0, "child `i` is in slot `i`") };
        assert!(self.chunks.is_empty(), "only segments without any memory adopt");
        let len = children.len();
        // SAFETY: the children are now the slots' (I6), and 0 is no more than the capacity.
        unsafe { children.set_len(0) };
        let start = start(&mut children);
        self.memory.first = children;
        if len > WIDTH {
            self.chunks.reserve_exact(len.div_ceil(WIDTH));
        }
        let mut first = 0;
        while first < len {
            let capacity = (len - first).min(WIDTH);
            // SAFETY: `first` is below the number of children in the buffer.
            let slots = unsafe { start.add(first) };
            let places = usize::MAX >> (usize::BITS as usize - capacity);
            ready.add_header();
            ready.mark(self.chunks.len() as u32, places);
            self.chunks.push(Chunk { slots, places, vacant: 0, fresh: 0, next_free: NONE });
            first += capacity;
        }
        self.capacity = len;
        self.len = len;
    }

    /// Makes room for `additional` children more.
    pub(crate) fn reserve(&mut self, additional: usize, ready: &mut Ready) {
        while self.capacity - self.len < additional {
            self.grow(additional - (self.capacity - self.len), ready);
        }
    }

    /// Makes room for so many children, if there is none for any yet: they are few allocations then,
    /// and in slots in the order in which they come.
    #[inline]
    pub(crate) fn prepare(&mut self, children: usize, ready: &mut Ready) {
        if self.chunks.is_empty() && children > 0 {
            self.grow(children, ready);
        }
    }

    /// Adds a segment: as many slots as there are, but no fewer than asked for, within bounds.
    #[cold]
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U12")]
    pub(super) fn grow(&mut self, wanted: usize, ready: &mut Ready) {
        let is_first = self.chunks.is_empty();
        let first = (FIRST_BYTES / size_of::<F>().max(1)).clamp(1, FIRST_CHILDREN);
        let reserved = if is_first { RESERVED } else { 0 };
        let slots = (self.capacity.max(wanted) + reserved).max(first);
        // Whole chunks, unless it is less than one: enough for those who are asked for, and no more
        // than as many again otherwise.
        let chunks = if wanted > self.capacity { slots.div_ceil(WIDTH) } else { slots / WIDTH };
        let slots = if slots < WIDTH { slots } else { chunks.min(CHUNKS) * WIDTH };
        let start = self.memory.allocate(is_first, slots);
        for first in (0..slots).step_by(WIDTH) {
            let capacity = (slots - first).min(WIDTH);
            // SAFETY: `first` is below the capacity of the buffer.
            let start = unsafe { start.add(first) };
            let mut places = usize::MAX >> (usize::BITS as usize - capacity);
            if reserved > 0 && first == 0 {
                places &= usize::MAX << reserved;
            } else {
                ready.add_header();
            }
            self.chunks.push(Chunk {
                slots: start,
                places,
                vacant: places,
                fresh: places,
                next_free: NONE,
            });
        }
        // The chunks are used in their order.
        let new = self.chunks.len() - slots.div_ceil(WIDTH);
        for chunk in new..self.chunks.len() - 1 {
            self.chunks[chunk].next_free = chunk as u32 + 1;
        }
        let last = self.chunks.len() - 1;
        self.chunks[last].next_free = self.free;
        self.free = new as u32;
        self.capacity += slots - reserved;
    }
}

/// The memory of segments: each vector has the length 0, and owns nothing but its buffer.
pub(super) struct Memory<F> {
    first: Vec<F>,
    pub(super) others: Vec<Vec<F>>,
}

impl<F> Memory<F> {
    pub(super) const fn new() -> Self {
        Self { first: Vec::new(), others: Vec::new() }
    }

    /// Returns where a new buffer starts, of so many slots or more.
    //
    // It is allocated in its place, and not moved about.
    fn allocate(&mut self, is_first: bool, slots: usize) -> NonNull<F> {
        let buffer = if is_first {
            &mut self.first
        } else {
            self.others.push(Vec::new());
            self.others.last_mut().expect("it was just put there")
        };
        buffer.reserve_exact(slots);
        start(buffer)
    }
}

/// Where a buffer starts.
fn start<F>(buffer: &mut Vec<F>) -> NonNull<F> {
    NonNull::new(buffer.as_mut_ptr()).expect("a buffer is never null")
}
