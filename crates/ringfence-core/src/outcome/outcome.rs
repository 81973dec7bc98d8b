//! How a child ended.

use super::{Cancelled, Panic, Reason};
use core::{error::Error, fmt};

/// How a child ended: with a value, by a panic, or cancelled.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Outcome, Panic};
///
/// let ends = [Outcome::Completed(3), Outcome::Panicked(Panic::new(Box::new("boom")))];
/// assert!(ends[0].is_completed() && ends[1].is_panicked() && !ends[1].is_cancelled());
/// assert_eq!((ends[0].value(), ends[1].panic().unwrap().message()), (Some(&3), Some("boom")));
/// let doubled = ends.into_iter().filter_map(|end| end.map(|n| 2 * n).ok());
/// assert_eq!(doubled.sum::<i32>(), 6);
/// assert!(Outcome::Completed(Err::<(), _>("refused")).is_failure());
/// ```
#[derive(Debug)]
#[must_use = "an outcome may be a panic that nobody has seen"]
pub enum Outcome<T> {
    /// The child ran to its end, and this is its output.
    Completed(T),
    /// The child panicked.
    Panicked(Panic),
    /// The child was cancelled before its end.
    Cancelled(Cancelled),
}

impl<T> Outcome<T> {
    /// Returns whether the child ran to its end.
    pub const fn is_completed(&self) -> bool {
        matches!(self, Self::Completed(_))
    }

    /// Returns whether the child panicked.
    pub const fn is_panicked(&self) -> bool {
        matches!(self, Self::Panicked(_))
    }

    /// Returns whether the child was cancelled.
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }

    /// Returns the output, if there is one; a panic is dropped.
    pub fn ok(self) -> Option<T> {
        match self {
            Self::Completed(value) => Some(value),
            Self::Panicked(_) | Self::Cancelled(_) => None,
        }
    }

    /// Returns a reference to the output, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Completed(value) => Some(value),
            Self::Panicked(_) | Self::Cancelled(_) => None,
        }
    }

    /// Returns a reference to the panic, if the child panicked.
    pub const fn panic(&self) -> Option<&Panic> {
        match self {
            Self::Panicked(panic) => Some(panic),
            Self::Completed(_) | Self::Cancelled(_) => None,
        }
    }

    /// Changes the output with `f`, if there is one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Completed(value) => Outcome::Completed(f(value)),
            Self::Panicked(panic) => Outcome::Panicked(panic),
            Self::Cancelled(cancelled) => Outcome::Cancelled(cancelled),
        }
    }

    /// Returns the output, or why there is none.
    ///
    /// # Errors
    ///
    /// The panic, or the cancellation.
    pub fn into_result(self) -> Result<T, Unfinished> {
        match self {
            Self::Completed(value) => Ok(value),
            Self::Panicked(panic) => Err(Unfinished::Panicked(panic)),
            Self::Cancelled(cancelled) => Err(Unfinished::Cancelled(cancelled)),
        }
    }
}

impl<T> Outcome<T> {
    /// The outcome of a child that has panicked. Its loss by its runtime comes as a panic, and is
    /// none.
    pub(crate) fn of_panic(panic: Panic) -> Self {
        match panic.is_loss() {
            true => Self::Cancelled(Cancelled::new(Reason::RuntimeGone)),
            false => Self::Panicked(panic),
        }
    }
}

impl<T, E> Outcome<Result<T, E>> {
    /// Returns whether the child failed: with an `Err`, or by a panic.
    ///
    /// A child that was cancelled has not failed.
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Completed(Err(_)) | Self::Panicked(_))
    }
}

impl<T> From<Result<T, Panic>> for Outcome<T> {
    #[inline]
    fn from(caught: Result<T, Panic>) -> Self {
        match caught {
            Ok(value) => Self::Completed(value),
            Err(panic) => Self::of_panic(panic),
        }
    }
}

/// Why a child has no output.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cancelled, Outcome, Reason, Unfinished};
///
/// let end: Outcome<u8> = Outcome::Cancelled(Cancelled::new(Reason::Deadline));
/// let why: Unfinished = end.into_result().unwrap_err();
/// assert_eq!(why.to_string(), "cancelled: a deadline passed");
/// ```
#[derive(Debug)]
pub enum Unfinished {
    /// The child panicked.
    Panicked(Panic),
    /// The child was cancelled before its end.
    Cancelled(Cancelled),
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(panic) => panic.fmt(f),
            Self::Cancelled(cancelled) => cancelled.fmt(f),
        }
    }
}

impl Error for Unfinished {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;

    fn panicked<T>() -> Outcome<T> {
        Outcome::Panicked(Panic::new(Box::new("boom")))
    }

    fn cancelled<T>() -> Outcome<T> {
        Outcome::Cancelled(Cancelled::new(Reason::Deadline))
    }

    #[test]
    fn an_err_and_a_panic_are_failures_and_a_cancellation_is_not() {
        assert!(!Outcome::Completed(Ok::<_, ()>(1)).is_failure());
        assert!(Outcome::Completed(Err::<(), _>(1)).is_failure());
        assert!(panicked::<Result<(), ()>>().is_failure());
        assert!(!cancelled::<Result<(), ()>>().is_failure());
    }

    #[test]
    fn mapping_changes_values_only() {
        assert_eq!(Outcome::Completed(1).map(|n| n + 1).ok(), Some(2));
        assert!(panicked::<u8>().map(|n| n + 1).is_panicked());
        assert!(cancelled::<u8>().map(|n| n + 1).is_cancelled());
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(Outcome::Completed(1).into_result().unwrap(), 1);
        assert!(matches!(panicked::<()>().into_result(), Err(Unfinished::Panicked(_))));
        let Err(Unfinished::Cancelled(cancelled)) = cancelled::<()>().into_result() else {
            panic!("it was cancelled");
        };
        assert_eq!(cancelled.reason(), &Reason::Deadline);
    }

    #[test]
    fn an_outcome_of_something_small_is_small() {
        assert_eq!(size_of::<Outcome<u64>>(), 3 * size_of::<usize>());
    }
}
