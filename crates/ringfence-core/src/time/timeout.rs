//! One future, and a limit in time.

use super::{Deadline, until};
use crate::{
    cancel::drain::{Delayed, Drain},
    outcome::{Elapsed, Label, Name, Unseen},
};
use alloc::vec::Vec;
use core::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use pin_project_lite::pin_project;
use std::time::Instant;

/// Returns what `future` does, unless it takes longer than `limit`.
///
/// Resolves when the future does; or once the time is up and the future has been dropped.
///
/// # Errors
///
/// [`Elapsed`], if the future has not ended by then. A value that was there in time is never
/// given up for an error: the future is polled before the clock is looked at. With a limit of
/// zero it is polled once.
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
/// One allocation by the timer when it must wait, and with a runtime in force one more to name it.
///
/// # Semantics
///
/// As tokio's `timeout`, but measured from the first poll, by the timer of the runtime in force.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, sleep, timeout};
/// use std::{future::ready, time::Duration};
///
/// let quick = block_on(timeout(Duration::ZERO, ready(3)));
/// assert_eq!(quick, Ok(3));
///
/// let slow = block_on(timeout(Duration::ZERO, sleep(Duration::from_secs(60))));
/// assert_eq!(slow.unwrap_err().to_string(), "timed out after 0ns");
/// ```
pub fn timeout<F: IntoFuture>(limit: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout::new(future.into_future(), Deadline::after(limit), Expiry::ALONE)
}

/// Returns what `future` does, unless it takes until after `deadline`.
///
/// As [`timeout`], with an instant of the timer in force, as
/// [`rt::timer`](crate::rt::timer)`().now()` tells it. If the deadline has passed, the future is
/// polled once.
///
/// # Errors
///
/// [`Elapsed`], if the future has not ended by then.
///
/// # Cancel safety
///
/// If this is dropped, so is the future.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, rt::{self, Timer}, timeout_at};
/// use std::future::{pending, ready};
///
/// let now = rt::timer().now();
/// assert_eq!(block_on(timeout_at(now, ready(3))), Ok(3));
/// assert!(block_on(timeout_at(now, pending::<()>())).is_err());
/// ```
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout::new(future.into_future(), Deadline::at(deadline), Expiry::ALONE)
}

pin_project! {
    /// A future with a limit in time, as [`timeout`] and the verbs' `.timeout` return it.
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, so is the future in it, with its children.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, gather};
    /// use std::{future::{pending, ready}, time::Duration};
    ///
    /// // Of a verb: it may still be given a name and a limit.
    /// let quick = gather([ready(1), ready(2)]).timeout(Duration::from_secs(60)).limit(1);
    /// assert_eq!(block_on(quick), Ok([1, 2]));
    /// let stuck = gather([pending::<()>()]).timeout(Duration::ZERO).named("probe");
    /// assert_eq!(block_on(stuck).unwrap_err().name(), Some("probe"));
    /// ```
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Timeout<F: Future> {
        // None once it has ended.
        #[pin]
        future: Option<F>,
        deadline: Deadline,
        expiry: Expiry<F>,
        // The time was up, and those who were dropped have not gone yet.
        elapsed: Delayed<Elapsed>,
        done: bool,
    }
}

/// What to do with a future whose time is up.
//
// Without a word of `F::Output`: a future that holds this across an await would not be seen to be
// `Send` where `F` is made from a closure that borrows.
#[derive(Debug)]
pub(crate) struct Expiry<F> {
    /// How many polls it takes until every child that was woken has been polled.
    pub(crate) turns: fn(Pin<&mut F>) -> usize,
    /// Whether it has its value, but waits for those who have not gone yet.
    pub(crate) is_decided: fn(Pin<&mut F>) -> bool,
    /// What is to be told of it.
    pub(crate) expired: fn(Pin<&mut F>) -> Expired,
}

impl<F> Expiry<F> {
    /// Of a future without children.
    const ALONE: Self =
        Self { turns: |_| 0, is_decided: |_| false, expired: |_| Expired::default() };
}

/// A verb whose time was up.
#[derive(Debug, Default)]
pub(crate) struct Expired {
    /// Its name.
    pub(crate) name: Option<Name>,
    /// The children that have not ended.
    pub(crate) unfinished: Vec<Label>,
}

impl<F: Future> Timeout<F> {
    pub(crate) fn new(future: F, deadline: Deadline, expiry: Expiry<F>) -> Self {
        Self { future: Some(future), deadline, expiry, elapsed: Delayed::new(), done: false }
    }

    /// Changes the future, which has not been polled yet if its type can be moved.
    pub(crate) fn map(mut self, f: impl FnOnce(F) -> F) -> Self {
        self.future = self.future.take().map(f);
        self
    }

    /// Makes another future of it, as `map`.
    pub(crate) fn rebuild<G: Future>(
        self,
        f: impl FnOnce(F) -> G,
        expiry: Expiry<G>,
    ) -> Timeout<G> {
        let Self { future, deadline, elapsed, done, .. } = self;
        Timeout { future: future.map(f), deadline, expiry, elapsed, done }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let done = self.as_mut().project().done;
        assert!(!*done, "a timeout was polled after it had ended");
        // Until this call returns: a panic that goes through leaves nothing to go on with.
        *done = true;
        let polled = self.as_mut().poll_in_time(cx);
        *self.project().done = polled.is_ready();
        polled
    }
}

impl<F: Future> Timeout<F> {
    #[inline]
    fn poll_in_time(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Elapsed>> {
        let mut this = self.project();
        let Some(mut future) = this.future.as_mut().as_pin_mut() else {
            let delayed = this.elapsed.poll(cx).expect("whoever has not ended is delayed");
            return delayed.map(Err);
        };
        this.deadline.begin();
        let _until = until(this.deadline.instant());
        let mut polled = future.as_mut().poll(cx);
        let is_decided = this.expiry.is_decided;
        if polled.is_pending() && !is_decided(future.as_mut()) {
            ready!(this.deadline.poll(cx));
            // What is ready by now is not lost to the deadline.
            let mut turns = (this.expiry.turns)(future.as_mut());
            while polled.is_pending() && turns > 0 {
                turns -= 1;
                polled = future.as_mut().poll(cx);
            }
        }
        // Dropped before the parent hears of it: no child outlives its verb.
        let Poll::Ready(output) = polled else {
            if is_decided(future.as_mut()) {
                return Poll::Pending;
            }
            let Expired { name, unfinished } = (this.expiry.expired)(future);
            let elapsed = Elapsed::new(this.deadline.limit(), name, unfinished);
            let mut drain = Drain::new();
            drain.collect_caught(|| this.future.set(None));
            return this.elapsed.delay(elapsed, drain, cx).map(Err);
        };
        let output = Unseen::new(output);
        this.future.set(None);
        Poll::Ready(Ok(output.show()))
    }
}

impl<F: Future> fmt::Debug for Timeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.deadline.limit()).finish_non_exhaustive()
    }
}
