//! The children: futures whose own cost is as near to nothing as can be.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

/// What every contender can take, tokio's tasks among them.
pub(crate) trait Child: Future<Output: Send + 'static> + Send + Unpin + 'static {}

impl<F: Future<Output: Send + 'static> + Send + Unpin + 'static> Child for F {}

thread_local! {
    /// Polls of the children that count theirs, since the thread began.
    static POLLS: Cell<usize> = const { Cell::new(0) };
    /// Drops of the children that count theirs, since the thread began.
    static DROPS: Cell<usize> = const { Cell::new(0) };
}

/// Polls so far on this thread, of [`Never`] and [`Consumes`].
pub(crate) fn polls() -> usize {
    POLLS.get()
}

/// Drops so far on this thread, of [`Never`] and [`Once`].
pub(crate) fn drops() -> usize {
    DROPS.get()
}

/// Ends at its first poll.
pub(crate) struct Ready(pub(crate) u64);

impl Future for Ready {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        Poll::Ready(self.0)
    }
}

/// Wakes itself and pends so many times, then ends.
pub(crate) struct Yields(pub(crate) u64);

impl Future for Yields {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if self.0 == 0 {
            return Poll::Ready(0);
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Pends and is never woken; its drop is counted.
#[derive(Default)]
pub(crate) struct Never {
    _kept: u64,
}

impl Future for Never {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        POLLS.set(POLLS.get() + 1);
        Poll::Pending
    }
}

impl Drop for Never {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

/// Ends at its first poll; its drop is counted.
pub(crate) struct Once;

impl Future for Once {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        Poll::Ready(0)
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

/// Why a child of `try_gather` failed.
#[derive(Debug)]
pub(crate) struct Failed;

/// Ends at its first poll, with a value or with [`Failed`].
pub(crate) struct Tries {
    pub(crate) fails: bool,
}

impl Future for Tries {
    type Output = Result<u64, Failed>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(if self.fails { Err(Failed) } else { Ok(0) })
    }
}

/// Consumes so many units of tokio's budget, then ends.
pub(crate) struct Consumes {
    pub(crate) units: u32,
}

impl Future for Consumes {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        POLLS.set(POLLS.get() + 1);
        while self.units > 0 {
            ready!(pin!(tokio::task::coop::consume_budget()).poll(cx));
            self.units -= 1;
        }
        Poll::Ready(0)
    }
}

/// A child with the place of its output, so that a set can give outputs in order.
pub(crate) struct Placed<F> {
    pub(crate) place: usize,
    pub(crate) child: F,
}

impl<F: Child> Future for Placed<F> {
    type Output = (usize, F::Output);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let output = ready!(Pin::new(&mut self.child).poll(cx));
        Poll::Ready((self.place, output))
    }
}
