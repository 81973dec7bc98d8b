//! What a spawn returns that was refused.

use crate::outcome::Reason;
use core::{error::Error, fmt};

/// A spawn that was refused, with the future, which was not polled.
pub enum SpawnError<F> {
    /// The scope has ended, or is about to, in good order.
    Closed(F),
    /// The scope is being cancelled.
    Cancelled(F),
}

impl<F> SpawnError<F> {
    pub(super) fn new(future: F, reason: &Reason) -> Self {
        match reason {
            Reason::Closed => Self::Closed(future),
            _ => Self::Cancelled(future),
        }
    }

    /// Returns the future.
    pub fn into_inner(self) -> F {
        match self {
            Self::Closed(future) | Self::Cancelled(future) => future,
        }
    }
}

impl<F> fmt::Debug for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed(..)",
            Self::Cancelled(_) => "Cancelled(..)",
        })
    }
}

impl<F> fmt::Display for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "the scope has ended",
            Self::Cancelled(_) => "the scope is being cancelled",
        })
    }
}

impl<F> Error for SpawnError<F> {}
