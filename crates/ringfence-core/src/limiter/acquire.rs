//! Waiting for places.

use super::{Limiter, Permit, line::Served};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// Waits for places of a limiter, as [`Limiter::acquire`] returns it.
///
/// # Panics
///
/// If it is polled again after it has resolved.
///
/// # Cancel safety
///
/// If it is dropped, its place in line is given up, and those behind it move on. So do they if it
/// is dropped just after the places were granted to it.
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Acquire {
    limiter: Limiter,
    weight: usize,
    state: State,
}

/// How far somebody has come.
///
/// # States
///
/// ```text
///  new ──1──▶ in line ──2──▶ done      1 a poll: too few are free     2 a poll: they were granted
///   └────────────3───────────▶         3 a poll: they are free
/// ```
#[derive(Clone, Copy, Debug)]
enum State {
    New,
    /// In this seat.
    InLine(usize),
    Done,
}

impl Acquire {
    pub(super) fn new(limiter: Limiter, weight: usize) -> Self {
        Self { limiter, weight, state: State::New }
    }

    fn done(&mut self) -> Poll<Permit> {
        self.state = State::Done;
        Poll::Ready(Permit::new(self.limiter.clone(), self.weight))
    }

    /// Walks 3, or 1.
    fn begin(&mut self, waker: &Waker) -> Poll<Permit> {
        let (shared, weight) = (&self.limiter.shared, self.weight);
        if shared.state.with(|state| state.take(weight)) {
            return self.done();
        }
        // Foreign code before the lock, and after it.
        let mut waker = Some(waker.clone());
        let seat = shared.state.with(|state| {
            if state.take(weight) {
                return None;
            }
            waker.take().map(|waker| state.line.enter(weight, waker))
        });
        drop(waker);
        match seat {
            Some(seat) => self.state = State::InLine(seat),
            None => return self.done(),
        }
        Poll::Pending
    }

    /// Walks 2, or waits on.
    fn wait(&mut self, seat: usize, waker: &Waker) -> Poll<Permit> {
        let shared = &self.limiter.shared;
        match shared.state.with(|state| state.line.ask(seat, waker)) {
            Served::Yes => return self.done(),
            Served::No => return Poll::Pending,
            Served::NoAndAnotherWaker => {}
        }
        // Foreign code before the lock, and after it.
        let new = waker.clone();
        let old = shared.state.with(|state| state.line.change(seat, new));
        match old {
            Ok(old) => {
                drop(old);
                Poll::Pending
            }
            Err(_surplus) => self.wait(seat, waker),
        }
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        match self.state {
            State::New => self.begin(cx.waker()),
            State::InLine(seat) => self.wait(seat, cx.waker()),
            State::Done => panic!("`acquire` was polled after it had resolved"),
        }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let State::InLine(seat) = self.state else { return };
        let weight = self.weight;
        // Whoever is behind may be next, and is woken before the waker is dropped.
        let _waker = self.limiter.change(|state| {
            let left = state.line.leave(seat);
            if left.is_none() {
                // The places were granted already: they are the next one's.
                state.free += weight;
            }
            left
        });
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire")
            .field("weight", &self.weight)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
