//! The sets of the libraries, under one signature.

use futures::stream::Stream;
use ringfence_core::Outcome;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// A set whose children run in the task that polls it.
pub(crate) trait Set<F: Future>: Sized {
    fn empty() -> Self;

    fn push(&mut self, child: F);

    /// The output of a child that has ended; none if it has panicked and that is told as an end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Option<F::Output>>>;
}

pub(crate) type Ringfence<F> = ringfence_core::JoinSet<F>;
pub(crate) type Futures<F> = futures::stream::FuturesUnordered<F>;
pub(crate) type Concurrency<F> = futures_concurrency::future::FutureGroup<F>;
pub(crate) type Buffered<F> = futures_buffered::FuturesUnordered<F>;
pub(crate) type Unicycle<F> = unicycle::FuturesUnordered<F>;

impl<F: Future> Set<F> for Ringfence<F> {
    fn empty() -> Self {
        Self::new()
    }

    fn push(&mut self, child: F) {
        self.insert(child);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Option<F::Output>>> {
        self.poll_next(cx).map(|end| end.map(|(_, outcome)| Outcome::ok(outcome)))
    }
}

/// Writes the impl for a set that is a stream of outputs.
macro_rules! stream {
    ($set:ident, $push:ident) => {
        impl<F: Future> Set<F> for $set<F> {
            fn empty() -> Self {
                Self::default()
            }

            fn push(&mut self, child: F) {
                $set::$push(self, child);
            }

            fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Option<F::Output>>> {
                Stream::poll_next(Pin::new(self), cx).map(|end| end.map(Some))
            }
        }
    };
}

stream!(Futures, push);
stream!(Concurrency, insert);
stream!(Buffered, push);
stream!(Unicycle, push);

/// A child of any kind, which may be moved.
pub(crate) type Child<T> = Pin<Box<dyn Future<Output = T> + Send>>;
