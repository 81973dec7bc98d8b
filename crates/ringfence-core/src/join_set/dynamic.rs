//! A set of children of different types.

use super::{JoinSet, Key};
use crate::outcome::Outcome;
use alloc::boxed::Box;
use core::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};
use futures_core::Stream;

/// A child of any type.
type Child<'env, T> = Pin<Box<dyn Future<Output = T> + Send + 'env>>;

/// A [`JoinSet`] for children of different types with one type of output.
///
/// It has the methods of [`JoinSet`], but takes in futures of any type that are `Send`.
///
/// # Cancel safety
///
/// If the set is dropped, its children are dropped with it, at once and in place.
///
/// # Cost
///
/// One allocation per child, and else as [`JoinSet`].
///
/// # Examples
///
/// ```
/// use ringfence_core::{DynJoinSet, block_on};
/// use std::future::ready;
///
/// let mut set = DynJoinSet::with_capacity(2);
/// set.insert(ready(1));
/// set.insert(async { 2 });
/// let mut total = 0;
/// block_on(async {
///     while let Some((_, outcome)) = set.next().await {
///         total += outcome.ok().unwrap_or(0);
///     }
/// });
/// assert_eq!(total, 3);
/// ```
#[must_use = "children make progress only while the set is polled"]
pub struct DynJoinSet<'env, T> {
    set: JoinSet<Child<'env, T>>,
}

impl<'env, T> DynJoinSet<'env, T> {
    /// Makes an empty set.
    pub const fn new() -> Self {
        Self { set: JoinSet::new() }
    }

    /// Makes an empty set with room for `capacity` children.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { set: JoinSet::with_capacity(capacity) }
    }

    /// Takes in a child, and returns the key to it, as [`JoinSet::insert`].
    pub fn insert(&mut self, child: impl Future<Output = T> + Send + 'env) -> Key {
        self.set.insert(Box::pin(child))
    }
}

impl<T> Default for DynJoinSet<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'env, T> Deref for DynJoinSet<'env, T> {
    type Target = JoinSet<Pin<Box<dyn Future<Output = T> + Send + 'env>>>;

    fn deref(&self) -> &Self::Target {
        &self.set
    }
}

impl<T> DerefMut for DynJoinSet<'_, T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.set
    }
}

impl<T> Stream for DynJoinSet<'_, T> {
    type Item = (Key, Outcome<T>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.set.poll_next(cx)
    }
}

impl<'env, T, F: Future<Output = T> + Send + 'env> Extend<F> for DynJoinSet<'env, T> {
    fn extend<I: IntoIterator<Item = F>>(&mut self, children: I) {
        children.into_iter().for_each(|child| {
            self.insert(child);
        });
    }
}

impl<'env, T, F: Future<Output = T> + Send + 'env> FromIterator<F> for DynJoinSet<'env, T> {
    fn from_iter<I: IntoIterator<Item = F>>(children: I) -> Self {
        let mut set = Self::new();
        set.extend(children);
        set
    }
}

impl<T> fmt::Debug for DynJoinSet<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynJoinSet").field("len", &self.len()).finish_non_exhaustive()
    }
}
