//! Memory for children, by the block.

mod room;

use crate::sync::atomic::{AtomicU32, Ordering};
use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use core::{alloc::Layout, mem::offset_of, ptr::NonNull};
use room::Room;

/// Memory for what children are in, which go in about the order in which they came.
///
/// What is small shares blocks, which are filled from the front, and no memory is used twice. A block
/// is freed once all in it are, on whatever thread that is: so who stays for long keeps less than
/// [`MOST`] bytes of others. The first block is for one, and any other four times as large as the one
/// before, up to that; what is large has a block to itself.
///
/// What comes from here costs a few instructions and an exchange, where an allocation of its own may
/// cost hundreds.
pub(crate) struct Arena {
    /// The block from which memory is taken.
    open: Option<NonNull<Block>>,
    /// How many spaces of it were taken.
    spaces: u32,
    /// How many of its bytes are taken.
    taken: usize,
    /// How many bytes it has.
    size: usize,
}

/// How many bytes a block has at the most, if it is for several.
//
// An allocator may tidy up before it gives more, as where children arrive.
const MOST: usize = 1_000;

/// What a block begins with.
///
/// # Invariants
///
/// I17. A block is there until all have left it who hold it: the spaces in it, each of which is left
///      once, and the arena that may take more of it, which counts for [`OPEN`] and leaves with what
///      remains of that for the spaces that it has given.
//
// Aligned, so that it ends where something small may begin.
#[repr(C, align(8))]
struct Block {
    holders: Holders,
    room: Room,
}

/// For how many spaces an arena counts that takes memory of a block: for more than there may be.
const OPEN: u32 = 1 << 31;

/// A block for one.
#[repr(C)]
struct Alone<T> {
    block: Block,
    place: T,
}

/// Space for a `T`, to which nothing was written.
pub(crate) struct Space<T> {
    pub(crate) place: NonNull<T>,
    /// How far into its block that is.
    pub(crate) offset: u32,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
// SAFETY: what it has is memory, which belongs to nobody's thread, and a count.
unsafe impl Send for Arena {}

impl Arena {
    pub(crate) const fn new() -> Self {
        Self { open: None, spaces: 0, taken: 0, size: 0 }
    }

    /// Takes space, which holds its block from now on.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    pub(crate) fn take<T>(&mut self) -> Space<T> {
        let size = const { size_of::<T>().next_multiple_of(align_of::<Block>()) };
        if const { size_of::<T>() > MOST / 4 || align_of::<T>() > align_of::<Block>() } {
            return Space::alone();
        }
        if self.taken + size > self.size {
            self.refill(size);
        }
        let offset = self.taken;
        self.taken += size;
        self.spaces += 1;
        let block = self.open.expect("it was refilled");
        // SAFETY: I17: the block is there, since this has not left it, and as large as that.
        let place = unsafe { block.byte_add(offset) }.cast();
        Space { place, offset: offset as u32 }
    }

    /// Begins a block with room for so many bytes.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, size: usize) {
        let head = size_of::<Block>();
        let size = (4 * self.size).clamp(head + size, MOST);
        let layout = Layout::from_size_align(size, align_of::<Block>()).expect("a small block");
        let open = Some(Block::allocate(layout, Room::new(layout), OPEN));
        // The one before is left.
        *self = Self { open, spaces: 0, taken: head, size };
    }
}

impl<T> Space<T> {
    /// Space in a block for nothing else.
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    pub(crate) fn alone() -> Self {
        let offset = const {
            let offset = offset_of!(Alone<T>, place);
            assert!(offset <= u32::MAX as usize, "a child is aligned too far");
            offset as u32
        };
        let block = Block::allocate(Layout::new::<Alone<T>>(), Room::of::<Alone<T>>(), 1);
        // SAFETY: it is as large as that.
        let place = unsafe { block.byte_add(offset_of!(Alone<T>, place)) }.cast();
        Self { place, offset }
    }
}

impl Drop for Arena {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    fn drop(&mut self) {
        if let Some(open) = self.open {
            // SAFETY: I17: this has not left it.
            unsafe { leave(open, OPEN - self.spaces) };
        }
    }
}

impl Block {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    fn allocate(layout: Layout, room: Room, holders: u32) -> NonNull<Self> {
        // SAFETY: it is not empty: it has a block's beginning.
        let place = unsafe { alloc(layout) };
        let Some(block) = NonNull::new(place.cast::<Self>()) else { handle_alloc_error(layout) };
        // SAFETY: it was just allocated, as large and as aligned as a block's beginning at least.
        unsafe { block.write(Self { holders: Holders::new(holders), room }) };
        block
    }
}

/// A hold of a block, which is left when this is dropped.
pub(crate) struct Hold(NonNull<Block>);

impl Hold {
    /// The hold of a space that is so far into its block.
    ///
    /// # Safety
    ///
    /// It came out of a [`Space`], and there is no other hold of it.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    pub(crate) unsafe fn of<T>(place: NonNull<T>, offset: u32) -> Self {
        // SAFETY: so far from there is the block, which is there (I17).
        Self(unsafe { place.byte_sub(offset as usize) }.cast())
    }
}

impl Drop for Hold {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
    fn drop(&mut self) {
        // SAFETY: I17: this has not left it.
        unsafe { leave(self.0, 1) };
    }
}

/// Leaves a block, and frees it if nobody else is there.
///
/// # Safety
///
/// The caller holds the block for as many, and touches nothing of it after that.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
unsafe fn leave(block: NonNull<Block>, holders: u32) {
    // SAFETY: I17: the caller holds it. Not by `&Block`: once it has left, others may free that.
    if unsafe { block.cast::<Holders>().as_ref() }.leave(holders) {
        // SAFETY: I17: it was the last.
        unsafe { free(block) };
    }
}

/// Frees a block.
///
/// # Safety
///
/// All have left it.
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U29")]
unsafe fn free(block: NonNull<Block>) {
    // SAFETY: the caller has it to itself.
    let Block { holders: _, room } = unsafe { block.read() };
    // SAFETY: it was allocated with that layout.
    unsafe { dealloc(block.cast().as_ptr(), room.layout()) };
}

/// How many hold a block.
struct Holders(AtomicU32);

impl Holders {
    fn new(holders: u32) -> Self {
        Self(AtomicU32::new(holders))
    }

    /// So many leave. True, if nobody else is there.
    #[inline]
    #[must_use = "the last one frees it all"]
    fn leave(&self, holders: u32) -> bool {
        // Acquire: pairs with the Release of the others, so that the last comes after all that they
        // have done. A look is cheaper than a change, and enough for who is the last.
        self.0.load(Ordering::Acquire) == holders
            || self.0.fetch_sub(holders, Ordering::AcqRel) == holders
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
