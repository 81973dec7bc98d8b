//! How a remote child has ended.

use super::Remote;
use crate::outcome::Outcome;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// A future of how a remote child ended, as [`Remote::outcome`] returns it.
///
/// # Panics
///
/// If it is polled again after it has ended.
///
/// # Cancel safety
///
/// If it is dropped, so is the child, as [`remote`](crate::remote()) says.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, remote, rt::{Refused, Spawn, Task, Why}};
///
/// /// A runtime that is gone.
/// #[derive(Clone)]
/// struct Gone;
///
/// impl Spawn for Gone {
///     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
///         Err(Refused { why: Why::Shutdown, refused: task })
///     }
/// }
///
/// let outcome = block_on(remote(&Gone, async { 1 }).outcome());
/// assert_eq!(outcome.into_result().unwrap_err().to_string(), "cancelled: the runtime is gone");
/// ```
#[must_use = "futures do nothing unless awaited or polled"]
pub struct RemoteOutcome<T: 'static> {
    remote: Remote<T>,
}

impl<T> RemoteOutcome<T> {
    pub(super) fn new(remote: Remote<T>) -> Self {
        Self { remote }
    }
}

impl<T> Future for RemoteOutcome<T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        self.remote.poll_outcome(cx)
    }
}

impl<T> fmt::Debug for RemoteOutcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteOutcome").field("remote", &self.remote).finish()
    }
}
