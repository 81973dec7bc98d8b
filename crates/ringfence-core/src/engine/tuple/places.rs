//! Places for the children of a tuple.

use crate::engine::{
    limit::{Limit, Share},
    ready::{Each, Readiness, Ready},
};
use alloc::boxed::Box;
use core::task::Waker;

/// How many children have begun, and how many may run at a time.
#[derive(Debug)]
pub(super) struct Places {
    admitted: usize,
    limit: usize,
    /// What limits others, too.
    share: Option<Box<Share>>,
}

impl Places {
    /// The first `limit` children begin at once.
    pub(super) fn new(limit: usize) -> Self {
        Self { admitted: limit, limit, share: None }
    }

    /// Lets no more than `limit` of `len` children run at a time, beside what was said before.
    /// Returns how many begin at once.
    pub(super) fn limit(&mut self, limit: Limit, len: usize) -> usize {
        match limit {
            Limit::Number(limit) => self.limit = limit.get().min(len),
            Limit::Limiter(limiter) => self.share = Some(Box::new(Share::new(limiter))),
        }
        self.admitted = if self.share.is_some() { 0 } else { self.limit };
        self.admitted
    }

    /// How many have begun.
    pub(super) fn begun(&self) -> usize {
        self.admitted
    }

    /// Lets one child more run at a time.
    pub(super) fn widen(&mut self) {
        self.limit += 1;
    }

    /// Who is to be woken when there is a place: `parent`, if any place is shared.
    #[inline]
    pub(super) fn waker(&self, parent: &Waker) -> Option<Waker> {
        self.share.as_ref().map(|_| parent.clone())
    }

    /// Gives up all places.
    pub(super) fn give_up(&mut self) {
        self.share = None;
    }

    /// Gives up the places of those who have ended.
    #[inline]
    pub(super) fn vacate(&mut self, running: usize) {
        let Self { share: Some(share), admitted, .. } = self else { return };
        share.keep(begun(running, *admitted));
    }

    /// Lets children begin that had to wait, as many as there are places free.
    #[inline]
    pub(super) fn fill<R: Admit>(
        &mut self,
        ready: &mut R,
        running: usize,
        len: usize,
        waker: &Waker,
    ) {
        while self.admitted < len {
            if begun(running, self.admitted) >= self.limit {
                return;
            }
            if let Some(share) = &mut self.share {
                if share.poll_more(waker).is_pending() {
                    return;
                }
            }
            ready.admit(self.admitted as u32);
            self.admitted += 1;
        }
    }
}

/// How many have not ended of the first `admitted`, which have begun.
#[inline]
fn begun(running: usize, admitted: usize) -> usize {
    (running & ((1 << admitted) - 1)).count_ones() as usize
}

/// Where a child that had to wait for its place is marked as ready.
pub(super) trait Admit: Readiness {
    fn admit(&mut self, place: u32);
}

impl Admit for Each {
    /// Nobody waits: all are polled anyway.
    fn admit(&mut self, _: u32) {}
}

impl Admit for Ready {
    fn admit(&mut self, place: u32) {
        self.mark(0, 1 << place);
    }
}
