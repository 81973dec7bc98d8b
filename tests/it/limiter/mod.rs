//! Places that many share.

mod line;
mod scopes;
mod verbs;

use ringfence_core::{Limiter, Permit};
use ringfence_test::Stepper;
use std::task::Poll;

/// Somebody who waits for places.
type Waiting = Stepper<ringfence_core::Acquire>;

/// Lines somebody up, who has to wait.
#[track_caller]
fn line_up(limiter: &Limiter, weight: usize) -> Waiting {
    let mut waiting = Stepper::new(limiter.acquire(weight));
    assert!(waiting.step().is_pending());
    waiting
}

/// What somebody has who does not wait.
#[track_caller]
fn served(waiting: &mut Waiting) -> Permit {
    match waiting.step() {
        Poll::Ready(permit) => permit,
        Poll::Pending => panic!("it is not served"),
    }
}
