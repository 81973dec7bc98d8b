//! What a scope does about failures.

use crate::outcome::Failure;
use alloc::boxed::Box;
use core::fmt;

/// What a scope does when a child returns an `Err`.
#[non_exhaustive]
pub enum OnFailure<'env, E> {
    /// It cancels everything, the body included, and fails.
    CancelAll,
    /// It goes on, and fails with all failures once everything has ended: a supervisor.
    Collect,
    /// It hands the failure over, and goes on.
    Sink(Box<dyn FnMut(Failure<E>) + Send + 'env>),
}

impl<'env, E> OnFailure<'env, E> {
    /// Hands failures over to `sink`.
    pub fn sink(sink: impl FnMut(Failure<E>) + Send + 'env) -> Self {
        Self::Sink(Box::new(sink))
    }
}

impl<E> fmt::Debug for OnFailure<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CancelAll => "CancelAll",
            Self::Collect => "Collect",
            Self::Sink(_) => "Sink(..)",
        })
    }
}

/// What a scope does when a child panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanicPolicy {
    /// It cancels everything, waits for the end of it, and then resumes the first panic.
    #[default]
    Resume,
    /// A panic is a failure like any other.
    Collect,
    /// It aborts the process. Without `std` it panics while panicking, which aborts as well.
    Abort,
}
