//! Where the children of a list come from: one by one, or all at once.

use crate::outcome::drop_each;
use alloc::{boxed::Box, vec, vec::Vec};
use core::{array, convert, future::IntoFuture, mem};

/// How many children are made room for on the word of an iterator.
///
/// A size hint may be wrong or huge; beyond this, room grows with what has really come.
const TRUSTED: usize = 1024;

/// Makes children, each only when it is asked for.
pub trait Source<F> {
    /// Makes the next child.
    fn next(&mut self) -> Option<F>;

    /// Makes all children.
    #[inline]
    fn all(self) -> Vec<F>
    where
        Self: Sized,
    {
        self.map_all(convert::identity)
    }

    /// Makes all children, and of each what `make` makes of it.
    fn map_all<C>(self, make: impl FnMut(F) -> C) -> Vec<C>;

    /// How many children are still to come, if that is known without making them.
    fn at_most(&self) -> Option<usize>;

    /// How many children are known to be still to come.
    fn known(&self) -> usize {
        self.at_most().unwrap_or(0)
    }
}

/// The members of a vector or of an array.
#[derive(Debug)]
pub struct FromMembers<I: Iterator>(
    // None once all have been made.
    Option<I>,
);

/// The members of a vector.
pub(crate) type FromVec<M> = FromMembers<vec::IntoIter<M>>;

/// The members of an array.
pub(crate) type FromArray<M, const N: usize> = FromMembers<array::IntoIter<M, N>>;

/// What an iterator yields.
#[derive(Debug)]
pub struct FromIter<I>(pub(super) I);

impl<I: Iterator> FromMembers<I> {
    #[inline]
    pub(super) fn new(members: I) -> Self {
        Self(Some(members))
    }
}

impl<I> Source<<I::Item as IntoFuture>::IntoFuture> for FromMembers<I>
where
    I: ExactSizeIterator<Item: IntoFuture>,
{
    fn next(&mut self) -> Option<<I::Item as IntoFuture>::IntoFuture> {
        self.0.as_mut()?.next().map(I::Item::into_future)
    }

    #[inline]
    fn map_all<C>(mut self, make: impl FnMut(<I::Item as IntoFuture>::IntoFuture) -> C) -> Vec<C> {
        let Some(members) = self.0.take() else { return Vec::new() };
        members.map(I::Item::into_future).map(make).collect()
    }

    fn at_most(&self) -> Option<usize> {
        Some(self.0.as_ref().map_or(0, I::len))
    }
}

/// Drops the members that have not been made. They may panic, as children do.
impl<I: Iterator> Drop for FromMembers<I> {
    #[inline]
    fn drop(&mut self) {
        let Some(members) = self.0.take() else { return };
        if let Some(panic) = drop_each(members) {
            panic.resume_unless_panicking();
        }
    }
}

impl<I: Iterator<Item: IntoFuture>> Source<<I::Item as IntoFuture>::IntoFuture> for FromIter<I> {
    fn next(&mut self) -> Option<<I::Item as IntoFuture>::IntoFuture> {
        self.0.next().map(I::Item::into_future)
    }

    #[inline]
    fn map_all<C>(self, make: impl FnMut(<I::Item as IntoFuture>::IntoFuture) -> C) -> Vec<C> {
        collect(self.0.map(I::Item::into_future).map(make))
    }

    /// A size hint is not believed.
    fn at_most(&self) -> Option<usize> {
        None
    }
}

/// Takes all that an iterator yields; its size hint is not believed.
#[inline]
pub(crate) fn collect<T>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    /// What the iterator has yielded; if it panics, a second panic does not abort.
    struct Yielded<T>(Vec<T>);
    impl<T> Drop for Yielded<T> {
        #[inline]
        fn drop(&mut self) {
            if let Some(second) = drop_each(self.0.drain(..)) {
                second.discard();
            }
        }
    }
    let items = items.into_iter();
    let mut all = Yielded(Vec::with_capacity(items.size_hint().0.min(TRUSTED)));
    // Not `extend`, which would believe the hint.
    items.for_each(|item| all.0.push(item));
    mem::take(&mut all.0)
}

/// The shape in which a list gives what it has for each child.
pub trait Shape {
    /// As many `U`s as there are children.
    type Of<U>;

    /// Puts what came in order into the shape.
    fn shape<U>(each: Vec<U>) -> Self::Of<U>;
}

/// As many as there are: a vector.
#[derive(Debug)]
pub enum Many {}

/// Exactly `N`: an array.
#[derive(Debug)]
pub enum Exactly<const N: usize> {}

impl Shape for Many {
    type Of<U> = Vec<U>;

    #[inline]
    fn shape<U>(each: Vec<U>) -> Vec<U> {
        each
    }
}

impl<const N: usize> Shape for Exactly<N> {
    type Of<U> = [U; N];

    fn shape<U>(each: Vec<U>) -> [U; N] {
        let Ok(each) = Box::<[U; N]>::try_from(each) else {
            unreachable!("an array has as many children as members")
        };
        *each
    }
}
