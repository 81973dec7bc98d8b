//! The bell of a set: where wakes from outside queue, and how they reach the parent.
//!
//! The parent's waker is *lent* to whoever wakes a child first while the set is parked. Only
//! while it is at home may the owner replace it, so that it needs neither a lock nor a count.

use super::header::Header;
use crate::sync::{
    UnsafeCell,
    atomic::{AtomicBool, AtomicPtr, Ordering},
};
use core::{ptr, task::Waker};

/// Nothing is queued, and the owner will look again before it waits.
const AWAKE: *mut Header = ptr::null_mut();

/// Nothing is queued, and the owner waits: who queues the next header rings.
const PARKED: *mut Header = ptr::without_provenance_mut(1);

/// The set is gone.
const CLOSED: *mut Header = ptr::without_provenance_mut(2);

/// Where wakes from outside arrive.
///
/// # States
///
/// ```text
///            1 lend, then park                2 the first wake
///   at home ───────────────────────▶ parked ────────────────────▶ ringing
///      ▲ ▲                             │                             │
///      │ └────────── 4 call back ──────┘                             │
///      └──────────────────────────── 3 rung ─────────────────────────┘
/// ```
///
/// 1. [`lend`](Bell::lend), then the mark of parking: `park`, `take`, or `Ready`'s own in the
///    word of a lone header; owner.
/// 2. [`push`](Bell::push) onto a parked queue, or `Header::wake` on a parked word; anyone, but
///    once only, since that very step takes the mark away.
/// 3. The end of [`ring`](Bell::ring); who walked edge 2.
/// 4. [`call_back`](Bell::call_back); owner.
///
/// # Invariants
///
/// I4. `lent` is true exactly in the states parked and ringing.
/// I5. `parent` is written only at home, by the owner. It is read by who rings, while ringing,
///     and by the owner.
pub(super) struct Bell {
    /// The headers with a wake from outside, last in first, or a state.
    queue: AtomicPtr<Header>,
    /// Whether somebody else than the owner may read `parent` (I4).
    lent: AtomicBool,
    /// Whom to wake (I5).
    parent: UnsafeCell<Option<Waker>>,
}

/// What became of the wish to wait.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parked {
    /// The next wake rings.
    Yes,
    /// There was a wake meanwhile: look again.
    Woken,
    /// The last wake still rings, so the parent must ask to be polled again.
    Ringing,
}

impl Bell {
    pub(super) fn new() -> Self {
        Self {
            queue: AtomicPtr::new(AWAKE),
            lent: AtomicBool::new(false),
            parent: UnsafeCell::new(None),
        }
    }

    /// Queues a header whose word has just become non-zero, and rings if the set waits.
    #[inline]
    pub(super) fn push(&self, header: &Header) {
        let new = ptr::from_ref(header).cast_mut();
        let mut top = self.queue.load(Ordering::Relaxed);
        loop {
            if top == CLOSED {
                return;
            }
            // Relaxed: published by the exchange below.
            header.next.store(if top == PARKED { AWAKE } else { top }, Ordering::Relaxed);
            // Release: who takes the queue sees the link. Acquire: who rings sees the parent's
            // waker; pairs with `park` and `take` (I5).
            match self.queue.compare_exchange_weak(top, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if top == PARKED => return self.ring(),
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Wakes the parent. The caller has taken the mark of parking away (edge 2).
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U3")]
    pub(super) fn ring(&self) {
        /// Brings the waker home, also if it panics.
        struct Rung<'a>(&'a AtomicBool);
        impl Drop for Rung<'_> {
            #[inline]
            fn drop(&mut self) {
                // Release: pairs with the Acquire in `is_home`: the reading is over (I5).
                self.0.store(false, Ordering::Release);
            }
        }
        let _rung = Rung(&self.lent);
        self.parent.with(|parent| {
            // SAFETY: I5, since the caller walked edge 2, and nobody else does before edge 3.
            if let Some(parent) = unsafe { &*parent } {
                parent.wake_by_ref();
            }
        });
    }

    /// Whether the parent's waker is the owner's alone.
    #[inline]
    pub(super) fn is_home(&self) -> bool {
        // Acquire: pairs with the Release at the end of `ring` (I5).
        !self.lent.load(Ordering::Acquire)
    }

    /// Lends the parent's waker, if it is at home; the caller parks next. Owner only.
    #[inline]
    pub(super) fn lend(&self) -> bool {
        let home = self.is_home();
        if home {
            // Relaxed: published by the mark of parking that follows.
            self.lent.store(true, Ordering::Relaxed);
        }
        home
    }

    /// Takes back what was lent, since the mark of parking was not set or is gone. Owner only.
    #[inline]
    pub(super) fn return_home(&self) {
        // Relaxed: nobody has read the waker, and only the owner reads the flag.
        self.lent.store(false, Ordering::Relaxed);
    }

    /// Moves the mark of parking to the queue, from a word that had it. Owner only.
    ///
    /// A header that was queued since the mark left the word did not ring, so this does.
    pub(super) fn stay_parked(&self) {
        // Release: who rings sees the parent's waker (I5).
        if self.queue.compare_exchange(AWAKE, PARKED, Ordering::Release, Ordering::Relaxed).is_err()
        {
            self.ring();
        }
    }

    /// Waits, unless a header is queued. Owner only.
    #[inline]
    pub(super) fn park(&self) -> Parked {
        let top = self.queue.load(Ordering::Relaxed);
        if top == PARKED {
            return Parked::Yes;
        }
        if top != AWAKE {
            return Parked::Woken;
        }
        if !self.lend() {
            return Parked::Ringing;
        }
        // Release: who rings sees the parent's waker (I5).
        match self.queue.compare_exchange(AWAKE, PARKED, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => Parked::Yes,
            Err(_) => {
                self.return_home();
                Parked::Woken
            }
        }
    }

    /// Takes the queued headers, first in first, and parks at once if it can. Owner only.
    ///
    /// Parking here rather than at the end saves an atomic operation in each round; the price is
    /// that a wake from outside during the round rings.
    #[inline]
    pub(super) fn take(&self) -> *const Header {
        let top = self.queue.load(Ordering::Relaxed);
        if top == AWAKE || top == PARKED {
            return ptr::null();
        }
        let rest = if self.lend() { PARKED } else { AWAKE };
        // Acquire: pairs with `push`. Release: who rings sees the parent's waker (I5).
        first_in_first(self.queue.swap(rest, Ordering::AcqRel))
    }

    /// Walks edge 4, or reports that it is too late. Owner only.
    pub(super) fn call_back(&self) -> bool {
        // Acquire and Release are for `lent`: nobody has read the waker if this succeeds.
        if self.queue.compare_exchange(PARKED, AWAKE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.return_home();
        }
        self.is_home()
    }

    /// The parent's waker. Owner only.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U3")]
    pub(super) fn parent(&self) -> Option<&Waker> {
        self.parent.with(|parent| {
            // SAFETY: I5, since the owner is the only one to write, and it reads here.
            unsafe { &*parent }.as_ref()
        })
    }

    /// Whether `waker` wakes the parent already. Owner only.
    #[inline]
    pub(super) fn wakes(&self, waker: &Waker) -> bool {
        self.parent().is_some_and(|parent| parent.will_wake(waker))
    }

    /// Replaces the parent's waker. Owner only, at home.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U3")]
    pub(super) fn replace_parent(&self, parent: Option<Waker>) -> Option<Waker> {
        debug_assert!(self.is_home(), "the parent's waker is lent");
        self.parent.with_mut(|cell| {
            // SAFETY: I5, since the owner calls, and the waker is at home.
            unsafe { core::mem::replace(&mut *cell, parent) }
        })
    }

    /// Closes the queue for good. True if the parent's waker is the owner's alone.
    pub(super) fn close(&self) -> bool {
        // Acquire: pairs with `push`.
        let old = self.queue.swap(CLOSED, Ordering::AcqRel);
        if old == PARKED {
            self.return_home();
        }
        self.is_home()
    }
}

/// Turns a list of headers around. They are the owner's: their words are not zero, so that nobody
/// pushes them.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U3")]
fn first_in_first(mut last: *mut Header) -> *const Header {
    let mut first = AWAKE;
    // SAFETY: I3, since what is queued is one of the set's headers.
    while let Some(header) = unsafe { last.as_ref() } {
        // Relaxed: seen by the Acquire that took the queue, and the owner's from then on.
        let below = header.next.load(Ordering::Relaxed);
        header.next.store(first, Ordering::Relaxed);
        first = last;
        last = below;
    }
    first
}
