//! What says to a child that it was asked to end.

use super::{DropGuard, RunUntilCancelled, WhenCancelled, shared::Shared};
use crate::outcome::Reason;
use alloc::sync::Arc;
use core::{fmt, future::IntoFuture};

/// Says to what holds it that it was asked to end, and why.
///
/// Clones are the same token. A [`child`](CancelToken::child) is cancelled with its parent, and
/// can be cancelled alone. Once cancelled, a token stays so, with its first reason: to ask it or
/// to wait for it after that gives the answer at once.
///
/// # Cost
///
/// A new token allocates twice; a child once, and takes a place of 24 bytes in its tree, which
/// keeps room for as many as were alive at once. To ask [`is_cancelled`] is a load. To make a
/// child, and to drop one, takes the tree's lock for a few instructions; to wait takes the
/// token's own.
///
/// [`is_cancelled`]: CancelToken::is_cancelled
///
/// # Semantics
///
/// As tokio-util's `CancellationToken`, with reasons; and whoever sees a token cancelled, on any
/// thread, finds all tokens below it cancelled. A child of which no clone is left is forgotten,
/// and its own children are then those of its parent.
///
/// # Examples
///
/// ```
/// use ringfence_core::{CancelToken, Reason, block_on};
///
/// let token = CancelToken::new();
/// let worker = std::thread::spawn({
///     let token = token.child();
///     move || block_on(token.cancelled())
/// });
/// token.cancel("shutting down");
///
/// let cancelled = worker.join().unwrap();
/// assert_eq!(*cancelled.reason(), Reason::from("shutting down"));
/// ```
#[derive(Clone)]
pub struct CancelToken(pub(super) Arc<Shared>);

impl CancelToken {
    /// Makes a token that has no parent.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::CancelToken;
    ///
    /// assert!(!CancelToken::new().is_cancelled());
    /// ```
    pub fn new() -> Self {
        Self(Shared::root())
    }

    /// Makes a token that is cancelled with this one.
    ///
    /// A child of a cancelled token is cancelled from the start, with the same reason. Whatever
    /// becomes of a child, its parent does not notice.
    ///
    /// # Panics
    ///
    /// If the tree has 2³² - 1 tokens already.
    ///
    /// # Cost
    ///
    /// O(1): one allocation, and now and then one for more room in the tree. What is alive counts,
    /// not what was: a token may have any number of children, one after the other.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::CancelToken;
    ///
    /// let parent = CancelToken::new();
    /// let child = parent.child();
    /// child.cancel("not needed");
    /// assert!(!parent.is_cancelled());
    ///
    /// parent.cancel("shutting down");
    /// let late = parent.child();
    /// assert!(late.is_cancelled());
    /// ```
    #[must_use = "a child that is dropped is forgotten"]
    pub fn child(&self) -> Self {
        Self(self.0.child())
    }

    /// Cancels this token and all below it, unless it was cancelled before.
    ///
    /// Returns whether this call was the first. When it returns, whatever it returns, all below
    /// the token are cancelled: with this reason, but for those that had been cancelled, with
    /// their own. Then all who wait are woken.
    ///
    /// # Panics
    ///
    /// If a waker panics, the others are woken; then the first panic is resumed. Without the
    /// feature `std` no panic is caught.
    ///
    /// # Cost
    ///
    /// O(tokens below + those who wait): one allocation for the reason, whatever the number, and
    /// a few for the list of tokens below if there are any. They are marked under the tree's
    /// lock; who waits is woken without.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{CancelToken, Reason};
    ///
    /// let token = CancelToken::new();
    /// assert!(token.cancel(Reason::Deadline));
    /// assert!(!token.cancel("too late"));
    /// assert_eq!(token.reason(), Some(Reason::Deadline));
    /// ```
    pub fn cancel(&self, reason: impl Into<Reason>) -> bool {
        self.0.cancel(reason)
    }

    /// Returns whether this token, or one above it, was cancelled.
    ///
    /// What the canceller did before is visible to whoever sees `true`.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::CancelToken;
    ///
    /// let token = CancelToken::new();
    /// let mut steps = 0;
    /// while !token.is_cancelled() {
    ///     steps += 1;
    ///     if steps == 3 {
    ///         token.cancel("enough");
    ///     }
    /// }
    /// assert_eq!(steps, 3);
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns why this token was cancelled, if it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{CancelToken, Reason};
    ///
    /// let token = CancelToken::new();
    /// assert_eq!(token.reason(), None);
    /// token.cancel("shutting down");
    /// assert_eq!(token.reason(), Some(Reason::from("shutting down")));
    /// ```
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason().map(|reason| (*reason).clone())
    }

    /// Waits until this token is cancelled, and returns why.
    ///
    /// Resolves at once if it was cancelled before. The future holds a clone of the token, so that
    /// it borrows nothing.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped: the next one resolves as this one would have.
    ///
    /// # Cost
    ///
    /// O(1) to poll and to drop. The first who waits for a token costs no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{CancelToken, block_on};
    ///
    /// let token = CancelToken::new();
    /// token.cancel("shutting down");
    /// let cancelled = block_on(token.cancelled());
    /// assert_eq!(cancelled.to_string(), "cancelled: shutting down");
    /// ```
    pub fn cancelled(&self) -> WhenCancelled {
        WhenCancelled::new(self.clone())
    }

    /// Runs `future` until it ends or this token is cancelled.
    ///
    /// Resolves when the future does; or once the token is cancelled and the future has been
    /// dropped.
    ///
    /// # Errors
    ///
    /// [`Cancelled`](crate::Cancelled), if the token is cancelled first. A value that is there is
    /// never given up for it: the future is polled before the token is looked at, and once if the
    /// token was cancelled before.
    ///
    /// # Panics
    ///
    /// With the future's panic, and if it is polled again after it has ended.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, so is the future.
    ///
    /// # Cost
    ///
    /// Nothing is allocated, unless others wait for the same token.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{CancelToken, block_on};
    /// use std::future::{pending, ready};
    ///
    /// let token = CancelToken::new();
    /// assert_eq!(block_on(token.run_until_cancelled(ready(3))), Ok(3));
    ///
    /// token.cancel("shutting down");
    /// let cancelled = block_on(token.run_until_cancelled(pending::<()>()));
    /// assert_eq!(cancelled.unwrap_err().to_string(), "cancelled: shutting down");
    /// ```
    pub fn run_until_cancelled<F: IntoFuture>(
        &self,
        future: F,
    ) -> RunUntilCancelled<F::IntoFuture> {
        RunUntilCancelled::new(self.cancelled(), future.into_future())
    }

    /// Cancels this token when the guard is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{CancelToken, Reason};
    ///
    /// let token = CancelToken::new();
    /// drop(token.clone().drop_guard());
    /// assert_eq!(token.reason(), Some(Reason::Dropped));
    /// ```
    pub fn drop_guard(self) -> DropGuard {
        DropGuard::new(self)
    }
}

impl Default for CancelToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("reason", &self.0.reason()).finish_non_exhaustive()
    }
}
