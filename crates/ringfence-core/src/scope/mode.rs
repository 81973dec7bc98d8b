//! Whether the children of a scope may move between threads.

use super::{child::ChildEnd, report::Report};
use crate::{
    engine::joint::{Joined, Unsize},
    sync::Lock,
};
use core::{cell::RefCell, ptr::NonNull};

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

    /// What only those look at who have the scope: on any thread, or on one.
    #[doc(hidden)]
    type Exclusive<T>: Exclusive<T>;
}

/// A value that one at a time may look at, for the length of a closure.
pub trait Exclusive<T> {
    fn new(value: T) -> Self;

    /// Calls `f`, which calls no foreign code, with the value.
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Exclusive<T> for Lock<T> {
    fn new(value: T) -> Self {
        Lock::new(value)
    }

    #[inline]
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        Lock::with(self, f)
    }
}

impl<T> Exclusive<T> for RefCell<T> {
    fn new(value: T) -> Self {
        RefCell::new(value)
    }

    #[inline]
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.borrow_mut())
    }
}

/// Children are `Send`, and so is the scope if its body is.
#[derive(Clone, Copy, Debug)]
pub enum Shared {}

/// Children need not be `Send`, and the scope is not.
#[derive(Clone, Copy, Debug)]
pub enum Local {}

/// A child of any type that is `Send`.
type SharedChild<'env, E> = dyn Joined<End = ChildEnd<E>, Shared = Report> + Send + Sync + 'env;

/// A child of any type.
type LocalChild<'env, E> = dyn Joined<End = ChildEnd<E>, Shared = Report> + 'env;

impl Mode for Shared {
    type Child<'env, E> = SharedChild<'env, E>;
    type Exclusive<T> = Lock<T>;
}

impl Mode for Local {
    type Child<'env, E> = LocalChild<'env, E>;
    type Exclusive<T> = RefCell<T>;
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U30")]
// SAFETY: it is the same pointer.
unsafe impl<'env, E, J> Unsize<SharedChild<'env, E>> for J
where
    J: Joined<End = ChildEnd<E>, Shared = Report> + Send + Sync + 'env,
{
    #[inline]
    fn unsize(joint: NonNull<J>) -> NonNull<SharedChild<'env, E>> {
        joint
    }
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U30")]
// SAFETY: as above.
unsafe impl<'env, E, J> Unsize<LocalChild<'env, E>> for J
where
    J: Joined<End = ChildEnd<E>, Shared = Report> + 'env,
{
    #[inline]
    fn unsize(joint: NonNull<J>) -> NonNull<LocalChild<'env, E>> {
        joint
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Shared {}
    impl Sealed for super::Local {}
}
