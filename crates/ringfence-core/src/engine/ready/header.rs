//! What a child's waker points at: one header for up to [`WIDTH`] children.
//!
//! A waker is one word, the address of its header plus the child's place in it, which fits because
//! headers are aligned. It never points at the child, so that a waker kept for ever keeps a header
//! and nothing else.

use super::home::{Home, Root};
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use core::{cell::Cell, ptr};

/// How many children share a header: a bit each in a word, less two bits of state.
pub(crate) const WIDTH: usize = usize::BITS as usize - 2;

/// The bits of the children in a word of readiness.
pub(super) const CHILDREN: usize = usize::MAX >> 2;

/// The set has this header only, which therefore needs no queue.
pub(super) const ALONE: usize = 1 << (usize::BITS - 1);

/// With [`ALONE`]: the set waits, and the next wake rings.
pub(super) const PARKED: usize = 1 << (usize::BITS - 2);

/// The word of a lone header, none of whose children was woken, in a set that waits.
pub(super) const ALONE_PARKED: usize = ALONE | PARKED;

/// The set is gone. Every bit is set, so that no wake finds anything to do.
pub(super) const CLOSED: usize = usize::MAX;

/// In what the owner has marked of a header: there are children in its word, too.
pub(super) const OUTSIDE: usize = 1 << (usize::BITS - 1);

/// The readiness of up to [`WIDTH`] children.
///
/// # Who may touch what
///
/// `ready` and `next` belong to everyone, by the protocol. `root`, `home` and `index` never
/// change. `local` and `local_next` belong to the *owner*: whoever has the set by `&mut`, and code
/// that runs inside a poll of the set, on the polling thread.
#[repr(C, align(64))]
pub(super) struct Header {
    /// A bit for each child that was woken from outside, and the set's state if it is alone.
    pub(super) ready: AtomicUsize,
    /// The header behind this one in the bell's queue.
    pub(super) next: AtomicPtr<Header>,
    /// Where the set's bell is; alive as long as this header (I2).
    root: *const Root,
    /// Where those are counted who keep this header alive.
    home: *const Home,
    /// Which of the set's headers this is.
    index: u32,
    /// A bit for each child that the owner found woken, and [`OUTSIDE`].
    local: Cell<usize>,
    /// The header behind this one in the lane.
    local_next: Cell<*const Header>,
}

impl Header {
    /// Makes a header of the set that `root` belongs to, allocated where `home` is.
    pub(super) fn new(root: *const Root, home: *const Home, index: u32, word: usize) -> Self {
        Self {
            ready: AtomicUsize::new(word),
            next: AtomicPtr::new(ptr::null_mut()),
            root,
            home,
            index,
            local: Cell::new(0),
            local_next: Cell::new(ptr::null()),
        }
    }

    /// Which of the set's headers this is.
    #[inline]
    pub(super) fn index(&self) -> u32 {
        self.index
    }

    /// Where those are counted who keep this header alive.
    #[inline]
    pub(super) fn home(&self) -> *const Home {
        self.home
    }

    /// The root of the set, as an address.
    #[inline]
    pub(super) fn root_address(&self) -> *const Root {
        self.root
    }

    /// The root of the set.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U2")]
    pub(super) fn root(&self) -> &Root {
        // SAFETY: I2, since the first header is part of the root, and every slab of others holds
        // a count on it.
        unsafe { &*self.root }
    }

    /// Notes a wake from outside, and rings if the set waits.
    #[inline]
    pub(super) fn wake(&self, bit: usize) {
        // Release: what was written before the wake is seen by the poll that follows it.
        // Acquire: who rings reads the parent's waker; pairs with the owner's parking (I5).
        let old = self.ready.fetch_or(bit, Ordering::AcqRel);
        if old == 0 {
            self.root().bell.push(self);
        } else if old == ALONE_PARKED {
            self.root().bell.parent.ring();
        }
    }
}

/// The headers that the owner has marked, first in, first out.
///
/// Wakes that come while the set is polled on the same thread, and the first polls of new
/// children, go through here: no atomic operation, and nobody to wake. What the owner takes off
/// the bell's queue is lined up here as well, so that there is one order.
pub(super) struct Lane {
    head: Cell<*const Header>,
    tail: Cell<*const Header>,
}

impl Lane {
    pub(super) const fn new() -> Self {
        Self { head: Cell::new(ptr::null()), tail: Cell::new(ptr::null()) }
    }

    /// Marks children of `header`, or that there are some in its word, and queues it unless it is
    /// queued here.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U2")]
    pub(super) fn mark(&self, header: &Header, bits: usize) {
        let old = header.local.get();
        header.local.set(old | bits);
        if old != 0 {
            return;
        }
        header.local_next.set(ptr::null());
        let tail = self.tail.replace(header);
        if tail.is_null() {
            self.head.set(header);
        } else {
            // SAFETY: I3, since what is in the lane is one of the set's headers.
            unsafe { &*tail }.local_next.set(header);
        }
    }

    /// Whether nothing is marked.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.head.get().is_null()
    }

    /// The header that was marked last, or null.
    #[inline]
    pub(super) fn last(&self) -> *const Header {
        self.tail.get()
    }

    /// Takes the header that was marked first, with the children that were woken in it.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U2")]
    pub(super) fn pop(&self) -> Option<(&Header, usize)> {
        // SAFETY: I3, since what is in the lane is one of the set's headers.
        let header = unsafe { self.head.get().as_ref() }?;
        let next = header.local_next.get();
        self.head.set(next);
        if next.is_null() {
            self.tail.set(ptr::null());
        }
        let mut bits = header.local.replace(0);
        if bits & OUTSIDE != 0 {
            // Acquire: pairs with `Header::wake`. Release: who queues it next sees its link free.
            bits |= header.ready.swap(0, Ordering::AcqRel);
        }
        Some((header, bits & CHILDREN))
    }
}
