//! The bell of a set: where wakes from outside queue, and how they reach the parent.

use super::{
    header::{Header, Lane, OUTSIDE},
    parent::Parent,
};
use crate::sync::atomic::{AtomicPtr, Ordering};
use core::{ptr, task::Waker};

/// Nothing is queued, and the owner will look again before it waits.
const AWAKE: *mut Header = ptr::null_mut();

/// Nothing is queued, and the owner waits: who queues the next header rings.
const PARKED: *mut Header = ptr::without_provenance_mut(1);

/// The set is gone.
const CLOSED: *mut Header = ptr::without_provenance_mut(2);

/// Where wakes from outside arrive.
///
/// It is parked or not by what stands in `queue`, except for a set with a lone header, whose word
/// has the mark of parking instead.
pub(super) struct Bell {
    /// The headers with a wake from outside, last in first, or a state.
    queue: AtomicPtr<Header>,
    /// Whom to wake.
    pub(super) parent: Parent,
}

/// What became of the wish to wait.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parked {
    /// The parent is woken by the next wake, or by who rings just now.
    Yes,
    /// There was a wake meanwhile: look again.
    Woken,
}

impl Bell {
    pub(super) fn new() -> Self {
        Self { queue: AtomicPtr::new(AWAKE), parent: Parent::new() }
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
                Ok(_) if top == PARKED => return self.parent.ring(),
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Parks a queue that is not in use, as long as the set has a lone header. Owner only.
    pub(super) fn park_unused(&self) {
        // Relaxed: published by the header's word, without which nobody queues.
        self.queue.store(PARKED, Ordering::Relaxed);
    }

    /// Takes back `park_unused`, while the queue is still not in use. Owner only.
    pub(super) fn unpark_unused(&self) {
        // Relaxed: as above.
        self.queue.store(AWAKE, Ordering::Relaxed);
    }

    /// Waits, unless a header is queued. Owner only.
    #[inline]
    pub(super) fn park(&self, parent: &Waker) -> Parked {
        let top = self.queue.load(Ordering::Relaxed);
        if top == PARKED {
            return Parked::Yes;
        }
        if top != AWAKE {
            return Parked::Woken;
        }
        if !self.parent.lend() {
            return if self.parent.ask(parent) { Parked::Yes } else { Parked::Woken };
        }
        // Release: who rings sees the parent's waker (I5).
        match self.queue.compare_exchange(AWAKE, PARKED, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => Parked::Yes,
            Err(_) => {
                self.parent.return_home();
                Parked::Woken
            }
        }
    }

    /// Lines up the queued headers in `lane`, first in first, and parks at once if it can. Owner
    /// only.
    ///
    /// Parking here rather than at the end saves an atomic operation in each round; the price is
    /// that a wake from outside during the round rings.
    #[inline]
    pub(super) fn take(&self, lane: &Lane) {
        let top = self.queue.load(Ordering::Relaxed);
        if top == AWAKE || top == PARKED {
            return;
        }
        let rest = if self.parent.lend() { PARKED } else { AWAKE };
        // Acquire: pairs with `push`. Release: who rings sees the parent's waker (I5).
        line_up(self.queue.swap(rest, Ordering::AcqRel), lane);
    }

    /// Whether a header is queued. Owner only.
    pub(super) fn has_queued(&self) -> bool {
        let top = self.queue.load(Ordering::Relaxed);
        top != AWAKE && top != PARKED
    }

    /// Takes the mark of parking away, unless a wake was first. Owner only.
    pub(super) fn call_back(&self) {
        // Relaxed: if this succeeds, nobody has read the parent's waker.
        if self.queue.compare_exchange(PARKED, AWAKE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.parent.return_home();
        }
    }

    /// Closes the queue for good.
    pub(super) fn close(&self) {
        // Acquire: pairs with `push`.
        if self.queue.swap(CLOSED, Ordering::AcqRel) == PARKED {
            self.parent.return_home();
        }
    }
}

/// Turns a list of headers around, and appends it to `lane`.
///
/// The links are the owner's now: nobody queues a header whose word is not zero, and the lane takes
/// the children out of the words later.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U3")]
fn line_up(mut last: *mut Header, lane: &Lane) {
    let mut first = AWAKE;
    // SAFETY: I3, since what is queued is one of the set's headers.
    while let Some(header) = unsafe { last.as_ref() } {
        // Relaxed: seen by the Acquire that took the queue.
        let below = header.next.load(Ordering::Relaxed);
        header.next.store(first, Ordering::Relaxed);
        first = last;
        last = below;
    }
    // SAFETY: as above.
    while let Some(header) = unsafe { first.as_ref() } {
        first = header.next.load(Ordering::Relaxed);
        lane.mark(header, OUTSIDE);
    }
}
