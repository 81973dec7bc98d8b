//! Waiting until a token is cancelled.

use super::CancelToken;
use crate::outcome::Cancelled;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Waits until a token is cancelled, as [`CancelToken::cancelled`] returns it.
///
/// It may be polled again after it has resolved, and resolves again.
///
/// # Cancel safety
///
/// Nothing is lost if it is dropped: the next one resolves as this one would have.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited or polled"]
pub struct WhenCancelled {
    token: CancelToken,
    /// Where it waits, from the first poll that did not resolve to the one that does.
    seat: Option<usize>,
}

impl WhenCancelled {
    pub(super) fn new(token: CancelToken) -> Self {
        Self { token, seat: None }
    }

    /// What is waited for.
    #[cfg(feature = "std")]
    pub(crate) fn token(&self) -> &CancelToken {
        &self.token
    }
}

impl Future for WhenCancelled {
    type Output = Cancelled;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Cancelled> {
        let Self { token, seat } = self.get_mut();
        token.0.wait(seat, cx.waker()).map(|reason| Cancelled::new((*reason).clone()))
    }
}

impl Drop for WhenCancelled {
    fn drop(&mut self) {
        if let Some(seat) = self.seat {
            self.token.0.leave(seat);
        }
    }
}
