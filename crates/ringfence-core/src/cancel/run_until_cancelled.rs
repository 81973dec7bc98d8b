//! One future, and a token.

use super::{
    WhenCancelled,
    drain::{Delayed, Drain},
};
use crate::outcome::{Cancelled, Unseen};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A future that a token ends, as [`CancelToken::run_until_cancelled`] returns it.
    ///
    /// [`CancelToken::run_until_cancelled`]: super::CancelToken::run_until_cancelled
    ///
    /// # Panics
    ///
    /// With the future's panic, and if it is polled again after it has ended.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, so is the future in it.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct RunUntilCancelled<F> {
        // None once it has ended.
        #[pin]
        future: Option<F>,
        // None once it has ended, so that the token does not keep the waker of who is done.
        cancelled: Option<WhenCancelled>,
        // It was cancelled, and those who were dropped have not gone yet.
        delayed: Delayed<Cancelled>,
        done: bool,
    }
}

impl<F> RunUntilCancelled<F> {
    pub(super) fn new(cancelled: WhenCancelled, future: F) -> Self {
        let (future, cancelled) = (Some(future), Some(cancelled));
        Self { future, cancelled, delayed: Delayed::new(), done: false }
    }
}

impl<F: Future> Future for RunUntilCancelled<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let done = self.as_mut().project().done;
        assert!(!*done, "`run_until_cancelled` was polled after it had ended");
        // Until this call returns: a panic that goes through leaves nothing to go on with.
        *done = true;
        let polled = self.as_mut().poll_uncancelled(cx);
        *self.project().done = polled.is_ready();
        polled
    }
}

impl<F: Future> RunUntilCancelled<F> {
    fn poll_uncancelled(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Cancelled>> {
        let mut this = self.project();
        let (Some(future), Some(cancelled)) =
            (this.future.as_mut().as_pin_mut(), &mut *this.cancelled)
        else {
            let delayed = this.delayed.poll(cx);
            return delayed.expect("whoever has not ended is delayed").map(Err);
        };
        let ended = match future.poll(cx) {
            Poll::Ready(output) => Ok(Unseen::new(output)),
            Poll::Pending => Err(ready!(Pin::new(cancelled).poll(cx))),
        };
        // Dropped before the parent hears of it.
        *this.cancelled = None;
        let mut drain = Drain::new();
        match ended {
            Ok(output) => {
                this.future.set(None);
                Poll::Ready(Ok(output.show()))
            }
            Err(cancelled) => {
                drain.collect_caught(|| this.future.set(None));
                this.delayed.delay(cancelled, drain, cx).map(Err)
            }
        }
    }
}

impl<F> fmt::Debug for RunUntilCancelled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunUntilCancelled")
            .field("cancelled", &self.cancelled)
            .finish_non_exhaustive()
    }
}
