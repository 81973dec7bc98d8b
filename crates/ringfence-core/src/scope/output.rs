//! What a child of a scope may return.

use core::convert::Infallible;

/// The output of a child of a scope that fails with `E`.
///
/// A child returns a `Result<T, E>`, or `()` if it is there for its effects and cannot fail, or
/// never returns.
#[diagnostic::on_unimplemented(
    message = "a child of this scope cannot return `{Self}`",
    label = "returns neither `Result<_, {E}>` nor `()`",
    note = "make it return `Ok(…)`, with the scope's type of error"
)]
pub trait ChildOutput<E>: sealed::Sealed {
    /// What the child's handle gives.
    type Value;

    /// Returns the value, or with what the child failed.
    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Value, E>;
}

impl<T, E> ChildOutput<E> for Result<T, E> {
    type Value = T;

    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

impl<E> ChildOutput<E> for () {
    type Value = ();

    #[inline]
    fn into_result(self) -> Result<(), E> {
        Ok(())
    }
}

impl<E> ChildOutput<E> for Infallible {
    type Value = Self;

    fn into_result(self) -> Result<Self, E> {
        match self {}
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T, E> Sealed for Result<T, E> {}
    impl Sealed for () {}
    impl Sealed for core::convert::Infallible {}
}
