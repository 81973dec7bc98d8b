//! All failures of a scope, as one error.

mod catch;
mod leaves;
mod nest;
mod show;
mod sort;
mod store;
#[cfg(test)]
mod tests;

use super::{Cause, ChildId, Failure};
use alloc::vec::Vec;
use core::{mem, slice};
pub use leaves::Leaves;
use sort::{Sorted, sort};
use store::{List, Store};

/// The failures of children, at least one, in the order in which they came.
///
/// An error that is a group itself stays one: a group is a tree. For errors in boxes (`Box<dyn
/// Error>`, with or without `Send` and `Sync`) the methods that search look into the groups in
/// the boxes, too. They and the destructor do so without recursion, however deep the tree is;
/// without the feature `std`, the destructor takes its share of the stack for each level.
///
/// Nothing is ever asked of the errors but to be shown: no `Eq`, no `Hash`, no `Clone`.
///
/// # Cost
///
/// A group of one failure allocates nothing. For that, the failure is stored in the group itself:
/// an error type that holds a group of itself must hold it in a `Box`.
///
/// # Semantics
///
/// As Python's `ExceptionGroup` (PEP 654), but typed, and each failure says whose it is.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Cause, ChildId, ErrorGroup, Failure};
///
/// let mut group = ErrorGroup::new(Failure::new(ChildId::new(1), Cause::Error("refused")));
/// group.push(Failure::new(ChildId::BODY, Cause::Error("gave up")).named("main"));
///
/// assert_eq!(group.first().child, ChildId::new(1));
/// assert_eq!(group.to_string(), "child 1: refused\nbody (main): gave up");
/// assert_eq!((group.len(), group.rest()), (2, 0));
/// assert!(group.errors().eq(&["refused", "gave up"]));
///
/// let (body, children) = group.split(Failure::is_body);
/// assert_eq!(children.unwrap().into_single().unwrap(), "refused");
/// assert_eq!(body.unwrap().map(str::len).into_first().error(), Some(&7));
/// ```
#[must_use = "failures should be dealt with"]
pub struct ErrorGroup<E> {
    failures: Store<E>,
    rest: u64,
}

impl<E> ErrorGroup<E> {
    /// Makes a group of one failure.
    pub fn new(first: Failure<E>) -> Self
    where
        E: 'static,
    {
        Self { failures: Store::deep(List::from_buf([first])), rest: 0 }
    }

    /// Makes a group of one failure whose error may borrow.
    ///
    /// If such an error holds groups of itself, they are dropped recursively, at the cost of some
    /// stack for each level.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{Cause, ChildId, ErrorGroup, Failure};
    ///
    /// let line = String::from("key = value");
    /// let group = ErrorGroup::shallow(Failure::new(ChildId::new(0), Cause::Error(&line[..3])));
    /// assert_eq!(group.iter().count(), 1);
    /// ```
    pub fn shallow(first: Failure<E>) -> Self {
        Self { failures: Store::shallow(List::from_buf([first])), rest: 0 }
    }

    /// Makes a group of all `failures`, if there are any.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{Cause, ChildId, ErrorGroup, Failure};
    ///
    /// assert!(ErrorGroup::<&str>::from_vec(vec![]).is_none());
    /// let failures = ["a", "b"].map(|error| Failure::new(ChildId::new(0), Cause::Error(error)));
    /// assert_eq!(ErrorGroup::from_vec(failures.into()).unwrap().into_iter().len(), 2);
    /// ```
    pub fn from_vec(failures: Vec<Failure<E>>) -> Option<Self>
    where
        E: 'static,
    {
        Self::from_list(List::from_vec(failures))
    }

    /// Makes a group of all `errors`, if there are any.
    ///
    /// The first is child 0's, the second child 1's, and so on.
    pub fn from_errors(errors: impl IntoIterator<Item = E>) -> Option<Self>
    where
        E: 'static,
    {
        let failure = |(child, error)| Failure::new(ChildId::new(child), Cause::Error(error));
        Self::from_list((0..).zip(errors).map(failure).collect())
    }

    fn from_list(list: List<E>) -> Option<Self>
    where
        E: 'static,
    {
        (!list.is_empty()).then(|| Self { failures: Store::deep(list), rest: 0 })
    }

    /// Adds a failure after the others.
    pub fn push(&mut self, failure: Failure<E>) {
        self.failures.list_mut().push(failure);
    }

    /// Adds a failure if fewer than `keep` are kept, or counts it and gives it back.
    ///
    /// It is given back rather than dropped, so that the caller may drop it outside of a lock.
    #[must_use = "dropping a failure runs foreign code"]
    pub(crate) fn push_within(&mut self, keep: usize, failure: Failure<E>) -> Option<Failure<E>> {
        if self.len() < keep {
            self.push(failure);
            return None;
        }
        self.rest = self.rest.saturating_add(1);
        Some(failure)
    }

    /// Returns the first failure.
    pub fn first(&self) -> &Failure<E> {
        &self.failures.list()[0]
    }

    /// Returns the first failure, and drops the others.
    pub fn into_first(self) -> Failure<E> {
        let mut failures = self.into_iter();
        failures.next().expect("a group is never empty")
    }

    /// Returns the error, if it is the only failure and not a panic.
    ///
    /// # Errors
    ///
    /// The group, if there are more failures, or if the only one is a panic.
    pub fn into_single(mut self) -> Result<E, Self> {
        if self.len() > 1 || self.rest > 0 || self.first().panic().is_some() {
            return Err(self);
        }
        match self.failures.take().pop() {
            Some(Failure { cause: Cause::Error(error), .. }) => Ok(error),
            _ => unreachable!("it was looked at"),
        }
    }

    /// Returns an iterator over the failures, in the order in which they came.
    pub fn iter(&self) -> slice::Iter<'_, Failure<E>> {
        self.failures.list().iter()
    }

    /// Returns an iterator over the errors of the failures that are not panics.
    pub fn errors(&self) -> impl Iterator<Item = &E> {
        self.iter().filter_map(Failure::error)
    }

    /// Returns how many failures are kept, at least one.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.failures.list().len()
    }

    /// Returns how many failures came after those that are kept.
    pub fn rest(&self) -> u64 {
        self.rest
    }

    /// Changes every error with `f`; panics stay as they are.
    pub fn map<F: 'static>(mut self, mut f: impl FnMut(E) -> F) -> ErrorGroup<F> {
        let list = self.failures.take();
        let list = list.into_iter().map(|failure| failure.map(&mut f)).collect();
        ErrorGroup { failures: Store::deep(list), rest: self.rest }
    }

    /// Takes everything out, and leaves a group that is good for being dropped or overwritten.
    fn take(&mut self) -> Self
    where
        E: 'static,
    {
        let failures = Store::deep(self.failures.take());
        Self { failures, rest: mem::take(&mut self.rest) }
    }
}

impl<E: 'static> ErrorGroup<E> {
    /// Splits the group into the failures that match and those that do not.
    ///
    /// If a failure is a group itself and does not match as it stands, the failures in it are
    /// looked at one by one: both halves have the shape of the whole, without the groups of which
    /// nothing is left. Failures that were not kept are counted with those that do not match.
    ///
    /// # Semantics
    ///
    /// As Python's `ExceptionGroup.split`.
    pub fn split(
        self,
        mut matches: impl FnMut(&Failure<E>) -> bool,
    ) -> (Option<Self>, Option<Self>) {
        sort(self, &mut |failure| {
            if matches(&failure) { Sorted::Yes(failure) } else { Sorted::No(failure) }
        })
    }

    /// Returns the failures that match, and drops the others.
    ///
    /// Groups in the group are looked into, as by [`split`](Self::split).
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    ///
    /// let group = || ErrorGroup::from_errors(["busy", "broken"]).unwrap();
    /// let broken = group().subgroup(|failure| failure.error() == Some(&"broken")).unwrap();
    /// assert_eq!(broken.to_string(), "child 1: broken");
    /// assert!(group().retain(|failure| failure.is_body()).is_none());
    /// ```
    pub fn subgroup(self, matches: impl FnMut(&Failure<E>) -> bool) -> Option<Self> {
        self.split(matches).0
    }

    /// Keeps the failures that match, and drops the others.
    ///
    /// Groups in the group are not looked into: they match, or not, as they stand. Failures that
    /// were not kept stay counted.
    pub fn retain(mut self, mut matches: impl FnMut(&Failure<E>) -> bool) -> Option<Self> {
        self.failures.list_mut().retain(|failure| matches(failure));
        (!self.failures.list().is_empty()).then_some(self)
    }

    /// Returns an iterator over the failures that are no groups, also those in groups.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    /// use std::error::Error;
    ///
    /// let inner = ErrorGroup::from_errors([Box::<dyn Error>::from("a"), "b".into()]).unwrap();
    /// let outer = ErrorGroup::from_errors([Box::<dyn Error>::from("c"), inner.into()]).unwrap();
    ///
    /// let mut leaves = outer.leaves();
    /// assert_eq!(leaves.next().unwrap().to_string(), "child 0: c");
    /// assert_eq!(leaves.next().unwrap().to_string(), "child 0: a");
    /// assert_eq!(leaves.path().next().unwrap().label().to_string(), "child 1");
    /// assert_eq!(leaves.count(), 1);
    /// ```
    pub fn leaves(&self) -> Leaves<'_, E> {
        Leaves::new(self)
    }
}

impl<E: 'static> ErrorGroup<ErrorGroup<E>> {
    /// Makes one group of the failures of the groups.
    ///
    /// They stay in order, and each is its own child's still. Panics beside the groups keep their
    /// places.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::ErrorGroup;
    ///
    /// let groups = [["a", "b"], ["c", "d"]].map(|errors| ErrorGroup::from_errors(errors).unwrap());
    /// let flat = ErrorGroup::from_errors(groups).unwrap().flatten();
    /// assert_eq!(flat.to_string(), "child 0: a\nchild 1: b\nchild 0: c\nchild 1: d");
    /// ```
    pub fn flatten(mut self) -> ErrorGroup<E> {
        let mut rest = self.rest;
        let mut list = List::new();
        for Failure { child, name, location, cause } in self.failures.take() {
            match cause {
                Cause::Error(mut group) => {
                    rest = rest.saturating_add(group.rest);
                    list.append(&mut group.failures.take());
                }
                Cause::Panic(panic) => {
                    list.push(Failure { child, name, location, cause: Cause::Panic(panic) });
                }
            }
        }
        ErrorGroup { failures: Store::deep(list), rest }
    }
}

impl<E: 'static> From<Failure<E>> for ErrorGroup<E> {
    fn from(first: Failure<E>) -> Self {
        Self::new(first)
    }
}

impl<E> Extend<Failure<E>> for ErrorGroup<E> {
    fn extend<I: IntoIterator<Item = Failure<E>>>(&mut self, failures: I) {
        self.failures.list_mut().extend(failures);
    }
}

impl<E> IntoIterator for ErrorGroup<E> {
    type Item = Failure<E>;
    type IntoIter = Failures<E>;

    fn into_iter(mut self) -> Failures<E> {
        Failures(self.failures.take().into_iter())
    }
}

impl<'a, E> IntoIterator for &'a ErrorGroup<E> {
    type Item = &'a Failure<E>;
    type IntoIter = slice::Iter<'a, Failure<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The failures of a group, by value, as its [`IntoIterator`] returns them.
///
/// # Examples
///
/// ```
/// use ringfence_core::{ErrorGroup, Failures};
///
/// let mut failures: Failures<_> = ErrorGroup::from_errors(["a", "b"]).unwrap().into_iter();
/// assert_eq!(failures.next_back().unwrap().error(), Some(&"b"));
/// assert_eq!(failures.len(), 1);
/// ```
#[derive(Debug)]
#[must_use = "an iterator does nothing unless it is asked"]
pub struct Failures<E>(smallvec::IntoIter<[Failure<E>; 1]>);

impl<E> Iterator for Failures<E> {
    type Item = Failure<E>;

    fn next(&mut self) -> Option<Failure<E>> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<E> DoubleEndedIterator for Failures<E> {
    fn next_back(&mut self) -> Option<Failure<E>> {
        self.0.next_back()
    }
}

impl<E> ExactSizeIterator for Failures<E> {}
