//! Work that the cancellation of a scope does not cut, for a while.

use super::gate::{Gate, ShieldId};
use crate::{
    cancel::{self, CancelToken, InForce},
    observe::{self, ObservedChild},
    time::{Deadline, only_until},
};
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use pin_project_lite::pin_project;

pin_project! {
    /// A future that the cancellation of its scope does not cut for a while, as
    /// [`Scope::shield`](crate::Scope::shield) returns it.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, so is the future in it. A shield does not outlast the future of the
    /// scope: if that is dropped, everything is.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Shield<F> {
        #[pin]
        future: F,
        gate: Arc<Gate>,
        // In force inside, so that scopes there are not cancelled with the one outside.
        inside: InForce,
        bound: Deadline,
        state: State,
    }
}

/// How far a shield has come.
#[derive(Debug)]
enum State {
    /// It was not polled yet.
    New,
    /// The child that it is polled in is not dropped.
    Up(#[expect(dead_code, reason = "it is kept for its drop")] Up),
    /// It has been up for as long as it may.
    Down,
}

/// What keeps somebody until it is dropped; nobody if the shield is not polled in its scope.
#[derive(Debug)]
struct Up {
    gate: Arc<Gate>,
    id: Option<ShieldId>,
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.gate.unshield(id);
        }
    }
}

/// What is in force inside of a shield that somebody looks on at.
struct Inside {
    token: CancelToken,
    /// Who is behind the shield.
    child: ObservedChild,
}

impl cancel::Lend for Inside {
    fn token(self: Arc<Self>) -> CancelToken {
        self.token.clone()
    }

    fn observed(&self) -> Option<ObservedChild> {
        Some(self.child.clone())
    }
}

impl<F> Shield<F> {
    pub(super) fn new(bound: Duration, future: F, gate: Arc<Gate>) -> Self {
        let inside = CancelToken::new().into();
        Self { future, gate, inside, bound: Deadline::after(bound), state: State::New }
    }
}

impl<F: Future> Future for Shield<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.bound.begin();
        if let State::New = this.state {
            let id = this.gate.shield(this.bound.instant());
            *this.state = State::Up(Up { gate: this.gate.clone(), id });
            if let Some(child) = observe::current() {
                *this.inside = Arc::new(Inside { token: CancelToken::new(), child }).into();
            }
        }
        let polled = {
            let _until = only_until(this.bound.instant());
            cancel::within(&*this.inside, || this.future.poll(cx))
        };
        if polled.is_ready() {
            *this.state = State::Down;
        } else if let State::Up(_) = this.state {
            if this.bound.poll(cx).is_ready() {
                *this.state = State::Down;
            }
        }
        polled
    }
}

impl<F> fmt::Debug for Shield<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shield").field("state", &self.state).finish_non_exhaustive()
    }
}
