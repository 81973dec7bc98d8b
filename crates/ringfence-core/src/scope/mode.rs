//! Whether the children of a scope may move between threads.

use super::{child::ChildEnd, report::Report};
use crate::engine::joint::Joined;

/// Whether children are `Send`: [`Shared`] or [`Local`].
///
/// Children are of many types, and kept as one. Whether that type is `Send` must be said where the
/// scope is opened, and this says it.
pub trait Mode: sealed::Sealed {
    /// A child.
    //
    // Without `E: 'env`, which would have to be proved of any two lifetimes where a future that
    // holds a scope is shown to be `Send`: no error with a lifetime could be in such a future, nor
    // a boxed one.
    #[doc(hidden)]
    type Child<'env, E>: ?Sized + Joined<End = ChildEnd<E>, Shared = Report>;
}

/// Children are `Send`, and so is the scope if its body is.
#[derive(Clone, Copy, Debug)]
pub enum Shared {}

/// Children need not be `Send`, and the scope is not.
#[derive(Clone, Copy, Debug)]
pub enum Local {}

impl Mode for Shared {
    type Child<'env, E> = dyn Joined<End = ChildEnd<E>, Shared = Report> + Send + Sync + 'env;
}

impl Mode for Local {
    type Child<'env, E> = dyn Joined<End = ChildEnd<E>, Shared = Report> + 'env;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Shared {}
    impl Sealed for super::Local {}
}
