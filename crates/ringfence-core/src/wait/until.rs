//! Conditions on which [`wait`](crate::wait()) returns.

use crate::outcome::Outcome;

/// A condition on the children that have ended, one by one.
///
/// Any `FnMut(&Outcome<T>) -> bool` is one.
///
/// # Examples
///
/// ```
/// use ringfence_core::{JoinSet, Outcome, block_on, until::Until};
/// use std::future::ready;
///
/// /// Enough once so many bytes have come.
/// struct Bytes(usize);
///
/// impl Until<usize> for Bytes {
///     fn is_met(&mut self, outcome: &Outcome<usize>) -> bool {
///         self.0 = self.0.saturating_sub(outcome.value().copied().unwrap_or(0));
///         self.0 == 0
///     }
/// }
///
/// let mut set = JoinSet::from_iter([ready(400), ready(700)]);
/// assert_eq!(block_on(set.wait(Bytes(1_000))).len(), 2);
///
/// let mut set = JoinSet::from_iter([ready(400), ready(700)]);
/// let big = |outcome: &Outcome<usize>| outcome.value().is_some_and(|bytes| *bytes > 500);
/// assert_eq!(block_on(set.wait(big)).len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition for futures that return `{T}`",
    label = "neither a type of `until` for them nor a function of `&Outcome<{T}>`",
    note = "`until::FirstFailure` is for futures of `Result`s"
)]
pub trait Until<T> {
    /// Returns whether the end of this child is enough.
    fn is_met(&mut self, outcome: &Outcome<T>) -> bool;
}

/// Until all children have ended: asyncio's `ALL_COMPLETED`.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, until, wait};
/// use std::future::ready;
///
/// let waited = block_on(wait([ready(1), ready(2)], until::AllCompleted));
/// assert_eq!((waited.done.len(), waited.pending.len()), (2, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllCompleted;

/// Until a child has ended, in whatever way: asyncio's `FIRST_COMPLETED`.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, sleep, until, wait};
/// use std::time::Duration;
///
/// let pauses = [Duration::ZERO, Duration::from_secs(60)];
/// let waited = block_on(wait(pauses.map(sleep), until::FirstCompleted));
/// assert_eq!((waited.done.len(), waited.pending.len()), (1, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstCompleted;

/// Until a child has failed, with an `Err` or by a panic: asyncio's `FIRST_EXCEPTION`.
///
/// A child that was cancelled has not failed. If none fails, this is [`AllCompleted`]. It exists
/// only where children return `Result`s.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, sleep, until, wait};
/// use std::time::Duration;
///
/// let children = [Duration::ZERO, Duration::from_secs(60)].map(async |pause| {
///     sleep(pause).await;
///     Err::<(), _>("refused")
/// });
/// let waited = block_on(wait(children.map(Box::pin), until::FirstFailure));
/// assert_eq!(waited.done[0].1.value(), Some(&Err("refused")));
/// assert_eq!(waited.pending.len(), 1);
/// ```
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

#[diagnostic::do_not_recommend]
impl<T, C: FnMut(&Outcome<T>) -> bool> Until<T> for C {
    fn is_met(&mut self, outcome: &Outcome<T>) -> bool {
        self(outcome)
    }
}
