//! Conditions on which [`wait`](crate::wait()) returns.

use crate::outcome::Outcome;

/// A condition on the children that have ended, one by one.
///
/// Any `FnMut(&Outcome<T>) -> bool` is one.
pub trait Until<T> {
    /// Returns whether the end of this child is enough.
    fn is_met(&mut self, outcome: &Outcome<T>) -> bool;
}

/// Until all children have ended: asyncio's `ALL_COMPLETED`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllCompleted;

/// Until a child has ended, in whatever way: asyncio's `FIRST_COMPLETED`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstCompleted;

/// Until a child has failed, with an `Err` or by a panic: asyncio's `FIRST_EXCEPTION`.
///
/// A child that was cancelled has not failed. If none fails, this is [`AllCompleted`]. It exists
/// only where children return `Result`s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstFailure;

impl<T> Until<T> for AllCompleted {
    fn is_met(&mut self, _: &Outcome<T>) -> bool {
        false
    }
}

impl<T> Until<T> for FirstCompleted {
    fn is_met(&mut self, _: &Outcome<T>) -> bool {
        true
    }
}

impl<T, E> Until<Result<T, E>> for FirstFailure {
    fn is_met(&mut self, outcome: &Outcome<Result<T, E>>) -> bool {
        outcome.is_failure()
    }
}

impl<T, C: FnMut(&Outcome<T>) -> bool> Until<T> for C {
    fn is_met(&mut self, outcome: &Outcome<T>) -> bool {
        self(outcome)
    }
}
