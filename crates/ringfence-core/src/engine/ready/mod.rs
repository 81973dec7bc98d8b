//! Who was woken: the owner's side of the wakers.
//!
//! [`Ready`] knows children by number only. It makes their wakers, collects what they report, and
//! hands out the numbers of those to poll. It neither knows nor keeps the children themselves.

mod bell;
mod header;
mod home;
mod parent;
mod waker;

pub(crate) use bell::Parked;
pub(crate) use header::WIDTH;
pub(crate) use waker::{BorrowedWaker, Polled};

use crate::sync::atomic::Ordering;
use bell::Bell;
use core::{fmt, ptr, ptr::NonNull, task::Waker};
use header::{ALONE, CHILDREN, CLOSED, Header, PARKED};
use home::{Root, SLAB, Slab};
use smallvec::SmallVec;

/// The readiness of a set's children.
///
/// # Invariants
///
/// I1. A header is alive while its home is counted: once by the set, once by each waker.
/// I2. A root is alive while any header of its set is.
/// I3. What the lane and the queue point at are headers of the same set, which counts
///     their homes until it is dropped.
pub(crate) struct Ready {
    /// The bell and the first header; none before the first child.
    root: Option<NonNull<Root>>,
    /// The other headers.
    slabs: SmallVec<[NonNull<Slab>; 1]>,
    /// How many headers are in use.
    headers: u32,
    /// The header whose children are handed out now.
    serving: NonNull<Header>,
    /// Which of its children are still to be handed out.
    bits: usize,
    /// The last header of this round, if it has not been served; an address only.
    last: *const Header,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
// SAFETY: what is reached by pointers is either the owner's, and moves with it, or shared by the
// protocol of the bell. A parent's waker is `Send` and `Sync`.
unsafe impl Send for Ready {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
// SAFETY: every method that touches what the owner has for itself needs `&mut self`.
unsafe impl Sync for Ready {}

/// The number of a child: which header, and which place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) chunk: u32,
    pub(crate) place: u32,
}

impl Slot {
    /// The slot of a number, where all headers are full.
    #[inline]
    pub(crate) fn of(index: usize) -> Self {
        Self { chunk: (index / WIDTH) as u32, place: (index % WIDTH) as u32 }
    }

    /// The number of the slot.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.chunk as usize * WIDTH + self.place as usize
    }

    /// The slot's bit in the words of its chunk.
    #[inline]
    pub(crate) fn bit(self) -> usize {
        1 << self.place
    }
}

impl Ready {
    pub(crate) const fn new() -> Self {
        Self {
            root: None,
            slabs: SmallVec::new_const(),
            headers: 0,
            serving: NonNull::dangling(),
            bits: 0,
            last: ptr::null(),
        }
    }

    /// How many headers there are.
    pub(crate) fn headers(&self) -> usize {
        self.headers as usize
    }

    /// Adds a header, for [`WIDTH`] children more.
    ///
    /// # Panics
    ///
    /// If there are `u32::MAX` headers.
    #[cold]
    #[inline(never)]
    pub(crate) fn add_header(&mut self) {
        let index = self.headers;
        let headers = index.checked_add(1).expect("a set has at most u32::MAX headers");
        if let Some(root) = self.root {
            if (index as usize - 1) % SLAB == 0 {
                self.slabs.push(Slab::new(root, index));
            }
            if index == 1 {
                self.leave_alone();
            }
        } else {
            self.root = Some(Root::new());
        }
        self.headers = headers;
    }

    /// Marks children of a header as to be polled.
    #[inline]
    pub(crate) fn mark(&mut self, chunk: u32, bits: usize) {
        let Some(root) = self.root() else { unreachable!("a child is marked after its header") };
        root.lane.mark(self.header(chunk), bits);
    }

    /// Begins a turn: wakes go to `parent` from now on, and those on this thread to the lane.
    ///
    /// None before the first header.
    #[inline]
    pub(crate) fn begin(&mut self, parent: &Waker) -> Option<Polled> {
        let root = self.root?;
        if !self.bell().parent.is_woken_by(parent) {
            self.register(parent);
        }
        Some(Polled::new(root))
    }

    /// Takes the next child that was woken.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Slot> {
        if self.bits == 0 && !self.take_word() {
            return None;
        }
        let place = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        Some(Slot { chunk: self.serving().index(), place })
    }

    /// The waker of the child that `next` has just handed out.
    #[inline]
    pub(crate) fn waker(&self, slot: Slot) -> BorrowedWaker<'_> {
        debug_assert_eq!(self.serving().index(), slot.chunk, "the slot was handed out last");
        BorrowedWaker::new(self.serving, slot.place)
    }

    /// Waits for the next wake, unless there was one meanwhile. `parent` is as in `begin`.
    #[inline]
    pub(crate) fn park(&mut self, parent: &Waker) -> Parked {
        debug_assert_eq!(self.bits, 0, "what was taken is handed out before the set waits");
        let Some(root) = self.root() else { return Parked::Yes };
        if !root.lane.is_empty() {
            return Parked::Woken;
        }
        if self.headers > 1 {
            return root.bell.park(parent);
        }
        let word = &root.first.ready;
        let old = word.load(Ordering::Relaxed);
        if old & CHILDREN != 0 {
            return Parked::Woken;
        }
        if old & PARKED != 0 {
            return Parked::Yes;
        }
        if !root.bell.parent.lend() {
            return if root.bell.parent.ask(parent) { Parked::Yes } else { Parked::Woken };
        }
        // Release: who rings sees the parent's waker (I5).
        match word.compare_exchange(ALONE, ALONE | PARKED, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => Parked::Yes,
            Err(_) => {
                root.bell.parent.return_home();
                Parked::Woken
            }
        }
    }

    /// Finds a header with children to hand out.
    ///
    /// It goes by rounds: what was woken when a round begins is served before anything that is
    /// woken during the round.
    #[inline]
    fn take_word(&mut self) -> bool {
        let Some(root) = self.root() else { return false };
        let (header, bits) = if self.headers == 1 {
            let bits = root.lane.pop().map_or(0, |(_, bits)| bits) | take_alone(root);
            (&root.first, bits)
        } else {
            if self.last.is_null() {
                root.bell.take(&root.lane);
                self.last = root.lane.last();
            }
            let Some((header, bits)) = root.lane.pop() else { return false };
            if ptr::eq(header, self.last) {
                self.last = ptr::null();
            }
            (header, bits)
        };
        self.serving = NonNull::from(header);
        self.bits = bits;
        bits != 0
    }

    /// Replaces the parent's waker.
    #[cold]
    #[inline(never)]
    fn register(&mut self, parent: &Waker) {
        let Some(root) = self.root() else { return };
        if self.headers > 1 {
            root.bell.call_back();
        } else {
            // Relaxed: if this succeeds, nobody has read the waker.
            let called = root.first.ready.compare_exchange(
                ALONE | PARKED,
                ALONE,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if called.is_ok() {
                root.bell.parent.return_home();
            }
        }
        while !root.bell.parent.is_home() {
            // The last wake still rings the old waker. The new one is next.
            if root.bell.parent.ask(parent) {
                return;
            }
        }
        // Foreign code: the clone, and the drop of the old one. It may wake our children, but it
        // cannot make anyone ring, since the set is not parked.
        let new = parent.clone();
        drop(root.bell.parent.replace(Some(new)));
    }

    /// Moves from the word of a lone header to the queue, since there will be two headers.
    ///
    /// No foreign code runs: whoever takes in a child need not expect its own parent to be woken.
    fn leave_alone(&mut self) {
        let Some(root) = self.root() else { return };
        let word = &root.first.ready;
        if word.load(Ordering::Relaxed) == ALONE | PARKED {
            // The mark of parking stands in both places for a moment, but the one in the queue
            // is of no use to anyone before the word loses its own.
            root.bell.park_unused();
            // Release: who rings sees the queue and the parent's waker (I5).
            let moved =
                word.compare_exchange(ALONE | PARKED, 0, Ordering::Release, Ordering::Relaxed);
            if moved.is_ok() {
                return;
            }
            root.bell.unpark_unused();
        }
        // Acquire: pairs with `Header::wake`. Release: who queues sees the queue. Wakes from now
        // on use it.
        let old = word.swap(0, Ordering::AcqRel);
        if old & CHILDREN != 0 {
            // Whoever woke them rang, if the set was parked.
            root.lane.mark(&root.first, old & CHILDREN);
        }
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn root<'a>(&self) -> Option<&'a Root> {
        // SAFETY: I2, since the set counts the root's home until it is dropped; the reference is
        // used by methods of the set only, none of which drops it.
        self.root.map(|root| unsafe { root.as_ref() })
    }

    #[inline]
    fn bell<'a>(&self) -> &'a Bell {
        &self.root().expect("begun").bell
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn serving(&self) -> &Header {
        // SAFETY: I3, since `serving` is read only after `take_word` has found a header.
        unsafe { self.serving.as_ref() }
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn header(&self, index: u32) -> &Header {
        let Some(behind) = (index as usize).checked_sub(1) else {
            return &self.root().expect("a header is used after it was added").first;
        };
        // SAFETY: I3, since the set counts the slab's home until it is dropped.
        let slab = unsafe { self.slabs[behind / SLAB].as_ref() };
        &slab.headers[behind % SLAB]
    }
}

/// Takes the children of a lone header, and parks at once if it can.
#[inline]
fn take_alone(root: &Root) -> usize {
    let word = &root.first.ready;
    if word.load(Ordering::Relaxed) & CHILDREN == 0 {
        return 0;
    }
    let rest = if root.bell.parent.lend() { ALONE | PARKED } else { ALONE };
    // Acquire: pairs with `Header::wake`. Release: who rings sees the parent's waker (I5).
    word.swap(rest, Ordering::AcqRel) & CHILDREN
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("headers", &self.headers).finish_non_exhaustive()
    }
}

impl Drop for Ready {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U6")]
    fn drop(&mut self) {
        let Some(root) = self.root() else { return };
        // Close before anything is freed: from here on no wake reaches the queue or the parent.
        for index in 0..self.headers {
            let old = self.header(index).ready.swap(CLOSED, Ordering::AcqRel);
            if old == ALONE | PARKED {
                root.bell.parent.return_home();
            }
        }
        root.bell.close();
        // If somebody rings, it drops the wakers when it is done.
        let wakers = root.bell.parent.close();
        for slab in self.slabs.drain(..) {
            // SAFETY: I1, since the set has a count on each slab, given up here.
            home::release(unsafe { slab.as_ref() }.home());
        }
        home::release(root.first.home());
        // Foreign code last, when there is nothing left that it could find half done.
        drop(wakers);
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
