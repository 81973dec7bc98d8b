//! A scope that fails with the first error as it is.

use super::{ledger::Conclusion, mode::Mode, scoped::Scoped};
use crate::outcome::{Cause, ScopeError};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;

pin_project! {
    /// The future of a scope that fails with the first error as it is, as
    /// [`Scoped::first`] returns it.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the body and all children are dropped with it, at once and in place.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct First<S> {
        #[pin]
        scoped: S,
        // It was cancelled with what is around it, and waits to be dropped with that.
        cut: bool,
    }
}

impl<S> First<S> {
    pub(super) fn new(scoped: S) -> Self {
        Self { scoped, cut: false }
    }
}

impl<B, T, E, M> Future for First<Scoped<'_, B, T, E, M>>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.project();
        if *this.cut {
            return Poll::Pending;
        }
        let error = match ready!(this.scoped.poll_end(cx)) {
            Conclusion::Value(value) => return Poll::Ready(Ok(value)),
            Conclusion::Panicked(panic) => panic.resume(),
            Conclusion::Error(error) => error,
        };
        match first(error) {
            Some(error) => Poll::Ready(Err(error)),
            None => {
                *this.cut = true;
                Poll::Pending
            }
        }
    }
}

/// The first error, or none if the scope was cancelled with the one around it.
///
/// # Panics
///
/// With the first panic, and if there is neither an error nor a scope around.
#[cold]
#[inline(never)]
fn first<E>(error: ScopeError<E>) -> Option<E> {
    match error {
        ScopeError::Failed(group) => match group.into_first().cause {
            Cause::Error(error) => Some(error),
            Cause::Panic(panic) => panic.resume(),
        },
        ScopeError::Elapsed(elapsed) => {
            panic!("a scope awaited by `.first()` has no error for this: {elapsed}")
        }
        ScopeError::Cancelled(_) if is_cut() => None,
        ScopeError::Cancelled(cancelled) => {
            panic!("a scope awaited by `.first()` has no error for this: {cancelled}")
        }
    }
}

/// Whether the scope around is being cancelled.
fn is_cut() -> bool {
    #[cfg(feature = "std")]
    return crate::cancel::current().is_some_and(|outer| outer.is_cancelled());
    #[cfg(not(feature = "std"))]
    return false;
}
