//! One failure: who failed, where it was started, and with what.

use super::{ChildId, Label, Name, Panic};
use core::{fmt, panic::Location};

/// The failure of one child: an `Err` or a panic, and whose it is.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cause, ChildId, Failure};
///
/// let failure = Failure::new(ChildId::new(2), Cause::Error("refused")).named("mirror");
/// assert_eq!(failure.to_string(), "child 2 (mirror): refused");
/// assert_eq!(failure.label().to_string(), "child 2 (mirror)");
/// assert!(!failure.is_body() && failure.panic().is_none());
///
/// let here = std::panic::Location::caller();
/// let failure = failure.started_at(here).map(str::len);
/// assert_eq!((failure.error(), failure.location), (Some(&7), Some(here)));
/// ```
#[derive(Debug)]
pub struct Failure<E> {
    /// The place of the child among its siblings.
    pub child: ChildId,
    /// The name of the child, if one was given.
    pub name: Option<Name>,
    /// Where the child was started, if that is known.
    pub location: Option<&'static Location<'static>>,
    /// What it failed with.
    pub cause: Cause<E>,
}

/// What a child failed with.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cause, Panic};
///
/// let causes = [Cause::Error("refused"), Cause::Panic(Panic::new(Box::new("boom")))];
/// assert_eq!(causes.map(|cause| cause.to_string()), ["refused", "panicked: boom"]);
/// ```
#[derive(Debug)]
pub enum Cause<E> {
    /// It returned an `Err`.
    Error(E),
    /// It panicked.
    Panic(Panic),
}

impl<E> Failure<E> {
    /// Makes the failure of a child without a name.
    pub const fn new(child: ChildId, cause: Cause<E>) -> Self {
        Self { child, name: None, location: None, cause }
    }

    /// Gives the child a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says where the child was started.
    #[must_use]
    pub fn started_at(mut self, location: &'static Location<'static>) -> Self {
        self.location = Some(location);
        self
    }

    /// Returns the error, unless the child panicked.
    pub const fn error(&self) -> Option<&E> {
        match &self.cause {
            Cause::Error(error) => Some(error),
            Cause::Panic(_) => None,
        }
    }

    /// Returns the panic, if the child panicked.
    pub const fn panic(&self) -> Option<&Panic> {
        match &self.cause {
            Cause::Error(_) => None,
            Cause::Panic(panic) => Some(panic),
        }
    }

    /// Returns whether the body of the scope failed, rather than one of its children.
    pub const fn is_body(&self) -> bool {
        self.child.is_body()
    }

    /// Returns the place and the name of the child.
    pub fn label(&self) -> Label {
        Label { child: self.child, name: self.name.clone() }
    }

    /// Changes the error with `f`; a panic stays as it is.
    pub fn map<F>(self, f: impl FnOnce(E) -> F) -> Failure<F> {
        let cause = match self.cause {
            Cause::Error(error) => Cause::Error(f(error)),
            Cause::Panic(panic) => Cause::Panic(panic),
        };
        Failure { child: self.child, name: self.name, location: self.location, cause }
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.label())?;
        self.cause.fmt(f)
    }
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Panic(panic) => panic.fmt(f),
        }
    }
}
