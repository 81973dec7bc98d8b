//! How a scope fails.

use super::{Cancelled, Elapsed, ErrorGroup};
use core::{error::Error, fmt};

/// Why a scope has no value.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cancelled, ErrorGroup, Reason, ScopeError};
///
/// let failed = ScopeError::from(ErrorGroup::from_errors(["refused"]).unwrap());
/// assert_eq!(failed.group().unwrap().len(), 1);
/// let failed = failed.map(str::len);
/// assert_eq!(failed.into_group().unwrap().into_single().unwrap(), 7);
///
/// let cancelled = ScopeError::<&str>::from(Cancelled::new(Reason::Closed));
/// assert!(cancelled.group().is_none());
/// assert_eq!(cancelled.to_string(), "cancelled: the scope was closed");
/// ```
#[derive(Debug)]
pub enum ScopeError<E> {
    /// Children failed, or the body did.
    Failed(ErrorGroup<E>),
    /// The time was up.
    Elapsed(Elapsed),
    /// The scope was cancelled.
    Cancelled(Cancelled),
}

impl<E> ScopeError<E> {
    /// Returns the failures, if that is why.
    pub const fn group(&self) -> Option<&ErrorGroup<E>> {
        match self {
            Self::Failed(group) => Some(group),
            Self::Elapsed(_) | Self::Cancelled(_) => None,
        }
    }

    pub(super) fn group_mut(&mut self) -> Option<&mut ErrorGroup<E>> {
        match self {
            Self::Failed(group) => Some(group),
            Self::Elapsed(_) | Self::Cancelled(_) => None,
        }
    }

    /// Returns the failures, if that is why.
    ///
    /// # Errors
    ///
    /// The error as it was, if it is a timeout or a cancellation.
    pub fn into_group(self) -> Result<ErrorGroup<E>, Self> {
        match self {
            Self::Failed(group) => Ok(group),
            other => Err(other),
        }
    }

    /// Changes every error of a child with `f`.
    pub fn map<F: 'static>(self, f: impl FnMut(E) -> F) -> ScopeError<F> {
        match self {
            Self::Failed(group) => ScopeError::Failed(group.map(f)),
            Self::Elapsed(elapsed) => ScopeError::Elapsed(elapsed),
            Self::Cancelled(cancelled) => ScopeError::Cancelled(cancelled),
        }
    }
}

impl<E: fmt::Display> fmt::Display for ScopeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(group) => group.fmt(f),
            Self::Elapsed(elapsed) => elapsed.fmt(f),
            Self::Cancelled(cancelled) => cancelled.fmt(f),
        }
    }
}

/// The source is the first failure; a timeout or a cancellation has none.
//
// This error shows what it holds, and so has the sources of what it holds.
impl<E: fmt::Debug + fmt::Display + 'static> Error for ScopeError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(group) => group.source(),
            Self::Elapsed(elapsed) => elapsed.source(),
            Self::Cancelled(cancelled) => cancelled.source(),
        }
    }
}

impl<E> From<ErrorGroup<E>> for ScopeError<E> {
    fn from(group: ErrorGroup<E>) -> Self {
        Self::Failed(group)
    }
}

impl<E> From<Elapsed> for ScopeError<E> {
    fn from(elapsed: Elapsed) -> Self {
        Self::Elapsed(elapsed)
    }
}

impl<E> From<Cancelled> for ScopeError<E> {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}
