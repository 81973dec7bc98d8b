//! Which children of a tuple may run.

use crate::engine::ready::{Each, Readiness, Ready};

/// How many children have begun, and how many may run at a time.
#[derive(Debug)]
pub(super) struct Places {
    admitted: usize,
    pub(super) limit: usize,
    /// Whether a panic must be caught, since a child may be inside a poll on another thread: it
    /// goes on only when that has gone.
    pub(super) careful: bool,
}

impl Places {
    /// The first `limit` children begin at once.
    pub(super) fn new(limit: usize) -> Self {
        Self { admitted: limit, limit, careful: false }
    }

    /// Lets children begin that had to wait, as many as there are places free.
    #[inline]
    pub(super) fn fill<R: Admit>(&mut self, ready: &mut R, running: usize, len: usize) {
        while self.admitted < len {
            let begun = (1 << self.admitted) - 1;
            if (running & begun).count_ones() as usize >= self.limit {
                return;
            }
            ready.admit(self.admitted as u32);
            self.admitted += 1;
        }
    }
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
