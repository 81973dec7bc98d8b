//! What a child of a scope may return.

use core::convert::Infallible;

/// The output of a child of a scope that fails with `E`.
///
/// A child returns a `Result<T, E>`, or `()` if it is there for its effects and cannot fail, or
/// never returns: then its output is [`Infallible`].
///
/// What an endless loop in a block is of, `!`, is another type in the compilers that do not yet
/// take the two for one. There the child is made by something that says what it returns.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
/// use std::{convert::Infallible, future::{pending, ready}};
///
/// let done = block_on(scope(async |s| -> Result<u8, String> {
///     let value = s.spawn(async { Ok(1) });
///     s.spawn(async { ready(()).await });
///     let forever = s.spawn_with(async |_| -> Infallible {
///         loop {
///             pending::<()>().await;
///         }
///     });
///     let value = value.await;
///     forever.cancel("not needed any more");
///     Ok(value)
/// }));
/// assert_eq!(done.unwrap(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "a child of this scope cannot return `{Self}`",
    label = "returns neither `Result<_, {E}>` nor `()`",
    note = "a value is returned as `Ok(…)`; another type of error is converted by `?` or `map_err`",
    note = "a child that never returns has the output `Infallible`, as an `async fn` may say"
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
