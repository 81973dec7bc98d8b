//! A set with a lone header, whose word is all that a wake touches: there is no queue.

use super::{
    bell::Parked,
    header::{ALONE, ALONE_PARKED, CHILDREN, PARKED},
    home::Root,
};
use crate::sync::atomic::Ordering;
use core::task::Waker;

/// What the bell does for a set of many headers, in the word of the only one.
impl Root {
    /// Takes the children of a lone header, and parks at once if it can. Owner only.
    #[inline]
    pub(super) fn take_alone(&self) -> usize {
        let word = &self.first.ready;
        if word.load(Ordering::Relaxed) & CHILDREN == 0 {
            return 0;
        }
        let rest = if self.bell.parent.lend() { ALONE_PARKED } else { ALONE };
        // Acquire: pairs with `Header::wake`. Release: who rings sees the parent's waker (I5).
        word.swap(rest, Ordering::AcqRel) & CHILDREN
    }

    /// Whether a child was woken that was not taken. Owner only.
    pub(super) fn has_woken_alone(&self) -> bool {
        self.first.ready.load(Ordering::Relaxed) & CHILDREN != 0
    }

    /// Waits, unless a child was woken. Owner only.
    #[inline]
    pub(super) fn park_alone(&self, parent: &Waker) -> Parked {
        let word = &self.first.ready;
        let old = word.load(Ordering::Relaxed);
        if old & CHILDREN != 0 {
            return Parked::Woken;
        }
        if old & PARKED != 0 {
            return Parked::Yes;
        }
        if !self.bell.parent.lend() {
            return if self.bell.parent.ask(parent) { Parked::Yes } else { Parked::Woken };
        }
        // Release: who rings sees the parent's waker (I5).
        match word.compare_exchange(ALONE, ALONE_PARKED, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => Parked::Yes,
            Err(_) => {
                self.bell.parent.return_home();
                Parked::Woken
            }
        }
    }

    /// Takes the mark of parking away, unless a wake was first. Owner only.
    pub(super) fn call_back_alone(&self) {
        let word = &self.first.ready;
        // Relaxed: if this succeeds, nobody has read the waker.
        let called =
            word.compare_exchange(ALONE_PARKED, ALONE, Ordering::Relaxed, Ordering::Relaxed);
        if called.is_ok() {
            self.bell.parent.return_home();
        }
    }

    /// Moves from the word of a lone header to the queue, since there will be two headers.
    ///
    /// No foreign code runs: whoever takes in a child need not expect its own parent to be woken.
    pub(super) fn leave_alone(&self) {
        let word = &self.first.ready;
        if word.load(Ordering::Relaxed) == ALONE_PARKED {
            // The mark of parking stands in both places for a moment, but the one in the queue
            // is of no use to anyone before the word loses its own.
            self.bell.park_unused();
            // Release: who rings sees the queue and the parent's waker (I5).
            let moved =
                word.compare_exchange(ALONE_PARKED, 0, Ordering::Release, Ordering::Relaxed);
            if moved.is_ok() {
                return;
            }
            self.bell.unpark_unused();
        }
        // Acquire: pairs with `Header::wake`. Release: who queues sees the queue. Wakes from now
        // on use it.
        let old = word.swap(0, Ordering::AcqRel);
        if old & CHILDREN != 0 {
            // Whoever woke them rang, if the set was parked.
            self.lane.mark(&self.first, old & CHILDREN);
        }
    }
}
