//! The steps that workloads on sets are made of.

use std::future::poll_fn;
use std::hint::black_box;
use std::task::{Poll, ready};

use crate::child::Child;
use crate::contender::Set;

/// Takes `n` outputs, or all that come if there are fewer.
pub(crate) async fn take<F: Child>(set: &mut impl Set<F>, n: usize) {
    let mut left = n;
    poll_fn(|cx| {
        while left > 0 {
            let Some(output) = ready!(set.poll_next(cx)) else { break };
            black_box(output);
            left -= 1;
        }
        Poll::Ready(())
    })
    .await;
}

/// Polls `set` until it is empty.
pub(crate) async fn drain<F: Child>(set: &mut impl Set<F>) {
    take(set, usize::MAX).await;
}

/// Polls `set`, of which no child ends, until `settled`.
pub(crate) async fn settle<F: Child>(set: &mut impl Set<F>, mut settled: impl FnMut() -> bool) {
    poll_fn(|cx| {
        assert!(set.poll_next(cx).is_pending(), "no child can end yet");
        if settled() {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
