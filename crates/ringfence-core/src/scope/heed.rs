//! Waiting for the cancellation of a scope.

use super::gate::Gate;
use crate::{cancel::WhenCancelled, outcome::Reason};
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Whether somebody waits for the cancellation of the scope's token.
pub(super) enum Heed {
    /// There is no token, or everything was dropped.
    Idle,
    Waiting(WhenCancelled),
    /// It was cancelled, and that was told.
    Told,
}

impl Heed {
    /// Waits for the cancellation of the gate's token, if there is one.
    pub(super) fn poll(&mut self, gate: &Gate, cx: &mut Context<'_>) -> Poll<Reason> {
        if let Self::Idle = self {
            let Some(token) = gate.given_token() else { return Poll::Pending };
            *self = Self::Waiting(token.cancelled());
        }
        let Self::Waiting(when_cancelled) = self else { return Poll::Pending };
        let cancelled = ready!(Pin::new(when_cancelled).poll(cx));
        *self = Self::Told;
        Poll::Ready(cancelled.into_reason())
    }
}
