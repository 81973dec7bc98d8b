//! When something must have ended.

use super::{Sleep, sleep, sleep_until};
use crate::outcome::TimeLimit;
use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::time::Instant;

/// A limit in time, and the wait for it.
#[derive(Debug)]
pub(crate) struct Deadline {
    limit: TimeLimit,
    sleep: Sleep,
}

impl Deadline {
    /// So long after the first poll.
    pub(crate) fn after(limit: Duration) -> Self {
        Self { limit: TimeLimit::After(limit), sleep: sleep(limit) }
    }

    /// At an instant of the timer in force.
    pub(crate) fn at(limit: Instant) -> Self {
        Self { limit: TimeLimit::At(limit), sleep: sleep_until(limit) }
    }

    /// The limit as it was given.
    pub(crate) fn limit(&self) -> TimeLimit {
        self.limit
    }

    /// Reads the clock, unless it was read before. What is timed is polled after this.
    pub(crate) fn begin(&mut self) {
        self.sleep.fix_deadline();
    }

    /// The instant, if it stands: not before `begin`.
    pub(crate) fn instant(&self) -> Option<Instant> {
        self.sleep.deadline()
    }

    /// Waits until the deadline has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.sleep).poll(cx)
    }
}
