//! Waiting for the next end.

use super::{JoinSet, Key};
use crate::outcome::Outcome;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// The future of [`JoinSet::next`].
///
/// # Cancel safety
///
/// If this is dropped before it has resolved, nothing is lost. It may be polled again at any time,
/// and then waits for the next child after the last.
///
/// # Examples
///
/// ```
/// use ringfence_core::{JoinSet, block_on, timeout};
/// use std::{future::pending, time::Duration};
///
/// let mut set = JoinSet::from_iter([pending::<()>()]);
/// assert!(block_on(timeout(Duration::ZERO, set.next())).is_err());
/// assert_eq!(set.len(), 1); // giving up the wait has lost nothing
/// ```
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Next<'set, F: Future> {
    set: &'set mut JoinSet<F>,
}

impl<'set, F: Future> Next<'set, F> {
    #[inline]
    pub(super) fn new(set: &'set mut JoinSet<F>) -> Self {
        Self { set }
    }
}

impl<F: Future> Future for Next<'_, F> {
    type Output = Option<(Key, Outcome<F::Output>)>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.set.poll_next(cx)
    }
}

impl<F: Future> fmt::Debug for Next<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("set", &self.set).finish()
    }
}
