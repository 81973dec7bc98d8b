//! What a supervisor is told of its children, and what it tells.

use crate::outcome::{ErrorGroup, Name};
use core::{error::Error, fmt, time::Duration};

/// Who is started again when a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// That child alone.
    OneForOne,
    /// All: the others are stopped first.
    OneForAll,
    /// That child and those that were given after it: they are stopped first.
    RestForOne,
}

/// When a child is started again that has ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restart {
    /// Always.
    Permanent,
    /// If it has failed.
    Transient,
    /// Never, also if others are that it would be started again with.
    Temporary,
}

/// What is said of a child of a supervisor.
///
/// # Examples
///
/// ```
/// use ringfence_core::supervise::ChildSpec;
/// use std::time::Duration;
///
/// let spec = ChildSpec::permanent("database").grace(Duration::from_secs(5));
/// assert_eq!(spec.name(), "database");
/// ```
#[derive(Clone, Debug)]
pub struct ChildSpec {
    pub(super) name: Name,
    pub(super) restart: Restart,
    pub(super) grace: Duration,
}

impl ChildSpec {
    /// Names a child, and says when it is started again.
    pub fn new(name: impl Into<Name>, restart: Restart) -> Self {
        Self { name: name.into(), restart, grace: Duration::ZERO }
    }

    /// A child that is always started again.
    pub fn permanent(name: impl Into<Name>) -> Self {
        Self::new(name, Restart::Permanent)
    }

    /// A child that is started again if it has failed.
    pub fn transient(name: impl Into<Name>) -> Self {
        Self::new(name, Restart::Transient)
    }

    /// A child that is never started again.
    pub fn temporary(name: impl Into<Name>) -> Self {
        Self::new(name, Restart::Temporary)
    }

    /// Lets the child go on for as long as `grace` once it was asked to end; without it, it is
    /// dropped at once.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A supervisor that gave up, since a child has ended too often in too short a time.
///
/// All its children have been stopped.
#[derive(Debug)]
pub struct GaveUp<E> {
    pub(super) child: Name,
    pub(super) restarts: usize,
    pub(super) period: Duration,
    pub(super) cause: Option<ErrorGroup<E>>,
}

impl<E> GaveUp<E> {
    /// Returns the name of the child that has ended last.
    pub fn child(&self) -> &str {
        &self.child
    }

    /// Returns what that child has failed with; none if it had not failed.
    pub fn cause(&self) -> Option<&ErrorGroup<E>> {
        self.cause.as_ref()
    }

    /// Returns what that child has failed with, by value.
    pub fn into_cause(self) -> Option<ErrorGroup<E>> {
        self.cause
    }
}

impl<E> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { child, restarts, period, .. } = self;
        match restarts {
            0 => write!(f, "`{child}` was to be started again"),
            1 => write!(f, "`{child}` was to be started again more than once in {period:?}"),
            _ => write!(
                f,
                "`{child}` was to be started again after {restarts} restarts in {period:?}"
            ),
        }
    }
}

impl<E: fmt::Debug + fmt::Display + 'static> Error for GaveUp<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
