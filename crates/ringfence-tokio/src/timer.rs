//! Waiting by tokio's timer, whoever polls.

use crate::Tokio;
use ringfence_core::rt::{Embedded, Timer};
use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Instant,
};

/// Waits until `deadline` by the runtime's timer, or by the embedded one where it has none.
///
/// Tokio offers no way to ask whether a runtime keeps time: it panics when a sleep is made without
/// `enable_time`, and when one is polled after the shutdown. Both are caught here, and only there.
/// No other panic gets lost: what the waker does wrong it does again when the embedded timer
/// clones it.
pub(crate) async fn sleep_until(tokio: Tokio, deadline: Instant) {
    let sleep = {
        // So that any executor may poll this.
        let _inside = tokio.handle().enter();
        catch_unwind(|| tokio::time::sleep_until(deadline.into()))
    };
    if let Ok(sleep) = sleep {
        let mut sleep = pin!(sleep);
        let by_tokio = poll_fn(|cx| {
            let polled = catch_unwind(AssertUnwindSafe(|| sleep.as_mut().poll(cx)));
            polled.map_or(Poll::Ready(false), |poll| poll.map(|()| true))
        });
        if by_tokio.await {
            return;
        }
    }
    // The deadline is in tokio's time, which may be a paused one.
    let left = deadline.saturating_duration_since(tokio.now());
    Embedded.sleep_until(Embedded.now() + left).await;
}
