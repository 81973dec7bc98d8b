//! Being cancelled, and why.

use alloc::{borrow::Cow, string::String};
use core::{error::Error, fmt};

/// The end of a child that was asked to end, or that was never begun.
///
/// It is not a failure: whoever asked for it knows of it.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cancelled, Reason};
///
/// let cancelled = Cancelled::new(Reason::Requested("shutting down".into()));
/// assert_eq!(cancelled.to_string(), "cancelled: shutting down");
/// assert_eq!(cancelled.reason(), &Reason::Requested("shutting down".into()));
/// assert_eq!(Cancelled::from(Reason::Deadline).into_reason(), Reason::Deadline);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled(Reason);

impl Cancelled {
    /// Makes a cancellation with its reason.
    pub const fn new(reason: Reason) -> Self {
        Self(reason)
    }

    /// Returns why the child was cancelled.
    pub const fn reason(&self) -> &Reason {
        &self.0
    }

    /// Returns why the child was cancelled, by value.
    pub fn into_reason(self) -> Reason {
        self.0
    }
}

impl From<Reason> for Cancelled {
    fn from(reason: Reason) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cancelled: {}", self.0)
    }
}

impl Error for Cancelled {}

/// Why a child was cancelled.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Outcome, Reason, block_on, settle};
/// use std::{future::pending, time::Duration};
///
/// let [end] = block_on(settle([pending::<()>()]).timeout(Duration::ZERO));
/// let Outcome::Cancelled(cancelled) = end else { unreachable!("it never ends by itself") };
/// assert_eq!(cancelled.reason(), &Reason::Deadline);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Somebody asked for it, and said this.
    Requested(Cow<'static, str>),
    /// A deadline passed, the child's own or an ancestor's.
    Deadline,
    /// A sibling failed, or won the race.
    SiblingFailed,
    /// The parent's future was dropped, or the guard of a token.
    Dropped,
    /// The scope was closed before the child came.
    Closed,
    /// The runtime refused the child's task, or dropped it before its end.
    RuntimeGone,
}

/// What somebody says who asks for it.
impl From<&'static str> for Reason {
    fn from(message: &'static str) -> Self {
        Self::Requested(Cow::Borrowed(message))
    }
}

/// What somebody says who asks for it.
impl From<String> for Reason {
    fn from(message: String) -> Self {
        Self::Requested(Cow::Owned(message))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requested(message) => message,
            Self::Deadline => "a deadline passed",
            Self::SiblingFailed => "a sibling failed",
            Self::Dropped => "the parent was dropped",
            Self::Closed => "the scope was closed",
            Self::RuntimeGone => "the runtime is gone",
        })
    }
}
