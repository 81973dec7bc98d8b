//! Whom the children of a shard have left behind.

use crate::cancel::drain::Drain;
use alloc::collections::BTreeMap;
use core::mem;

/// Children elsewhere that were dropped inside a poll of theirs, by children of a shard.
///
/// As a remote child is not over before those are whom it has dropped, so is none of a shard's. But
/// those share a task, and hardly ever does one leave anybody behind: so one drain is open for each
/// in turn, and what has come into it is put aside.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// Left by the child that is being polled, or was just now, or dropped.
    last: Drain,
    /// Left by children that have not ended, by the numbers of their slots.
    before: BTreeMap<usize, Drain>,
}

impl Behind {
    /// Polls or drops a child by `f`, and takes in whom it leaves behind.
    #[inline]
    pub(super) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.last.collect(f)
    }

    /// The child in a slot, which was polled, goes on.
    #[inline]
    pub(super) fn go_on(&mut self, slot: usize) {
        if !self.last.is_empty() {
            self.put_aside(slot);
        }
    }

    /// The child in a slot, which was polled or dropped, has ended. Returns whom it has left behind.
    #[inline]
    pub(super) fn end(&mut self, slot: usize) -> Drain {
        if !self.before.is_empty() {
            self.put_aside(slot);
            return self.before.remove(&slot).unwrap_or_default();
        }
        mem::take(&mut self.last)
    }

    #[cold]
    #[inline(never)]
    fn put_aside(&mut self, slot: usize) {
        let last = mem::take(&mut self.last);
        self.before.entry(slot).or_default().collect(|| drop(last));
    }
}
