//! What outputs mean, and where a list of children keeps them.

use super::policy::Verdict;
use crate::outcome::{Panic, drop_each};
use alloc::vec::Vec;
use core::{fmt, mem};

/// Judges outputs of type `T`, and says how a list of children keeps them.
#[diagnostic::on_unimplemented(
    message = "this verb takes futures of `Result`s, and this one returns `{T}`",
    label = "the output is not a `Result`"
)]
pub trait Judge<T> {
    /// Where outputs are kept.
    type Kept: Keep<T>;

    /// What an output means.
    fn judge(output: &T) -> Verdict;
}

/// Every output is a success, and all are kept.
#[derive(Debug)]
pub enum Outputs {}

/// `Ok` is a success and `Err` a failure, and all are kept.
#[derive(Debug)]
pub enum Results {}

/// Every output is a success, and is taken before the next child ends.
#[derive(Debug)]
pub enum OneByOne {}

impl<T> Judge<T> for Outputs {
    type Kept = All<T>;

    #[inline]
    fn judge(_: &T) -> Verdict {
        Verdict::Success
    }
}

impl<T, E> Judge<Result<T, E>> for Results {
    type Kept = All<Result<T, E>>;

    #[inline]
    fn judge(output: &Result<T, E>) -> Verdict {
        if output.is_ok() { Verdict::Success } else { Verdict::Failure }
    }
}

impl<T> Judge<T> for OneByOne {
    type Kept = One<T>;

    #[inline]
    fn judge(_: &T) -> Verdict {
        Verdict::Success
    }
}

/// Where a list of children keeps outputs.
pub trait Keep<T> {
    /// Nothing is kept.
    fn new() -> Self;

    /// Makes places for `additional` children more.
    fn reserve(&mut self, additional: usize);

    /// Keeps the output of the child at `index`.
    fn put(&mut self, index: usize, output: T);

    /// Takes the output of the child at `index`.
    fn take(&mut self, index: usize) -> Option<T>;

    /// Takes all outputs that are kept, at the places of their children.
    fn take_all(&mut self) -> Vec<Option<T>>;

    /// Drops all outputs that are kept; returns the first panic of their destructors.
    fn clear(&mut self) -> Option<Panic>;
}

/// A place for each output.
pub struct All<T>(Vec<Option<T>>);

/// One place.
pub struct One<T>(Option<(usize, T)>);

impl<T> Keep<T> for All<T> {
    fn new() -> Self {
        Self(Vec::new())
    }

    #[inline]
    fn reserve(&mut self, additional: usize) {
        if self.0.capacity() == 0 {
            self.0 = Vec::with_capacity(additional);
        }
        let len = self.0.len() + additional;
        self.0.resize_with(len, || None);
    }

    #[inline]
    fn put(&mut self, index: usize, output: T) {
        self.0[index] = Some(output);
    }

    #[inline]
    fn take(&mut self, index: usize) -> Option<T> {
        self.0.get_mut(index)?.take()
    }

    #[inline]
    fn take_all(&mut self) -> Vec<Option<T>> {
        mem::take(&mut self.0)
    }

    #[inline]
    fn clear(&mut self) -> Option<Panic> {
        if !mem::needs_drop::<T>() || self.0.is_empty() {
            return None;
        }
        drop_each(self.take_all().into_iter())
    }
}

/// A destructor that panics does not keep the other outputs from being dropped.
impl<T> Drop for All<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(panic) = self.clear() {
            panic.resume_unless_panicking();
        }
    }
}

impl<T> Keep<T> for One<T> {
    fn new() -> Self {
        Self(None)
    }

    #[inline]
    fn reserve(&mut self, _: usize) {}

    #[inline]
    fn put(&mut self, index: usize, output: T) {
        debug_assert!(self.0.is_none(), "an output is taken before the next child ends");
        self.0 = Some((index, output));
    }

    #[inline]
    fn take(&mut self, index: usize) -> Option<T> {
        self.0.take_if(|(kept, _)| *kept == index).map(|(_, output)| output)
    }

    fn take_all(&mut self) -> Vec<Option<T>> {
        Vec::from_iter(self.0.take().map(|(_, output)| Some(output)))
    }

    #[inline]
    fn clear(&mut self) -> Option<Panic> {
        drop_each(Some(self.0.take()?).into_iter())
    }
}

impl<T> fmt::Debug for All<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("All").field("places", &self.0.len()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for One<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("One").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{All, Keep, One};
    use alloc::format;

    #[test]
    fn one_place_keeps_one_output_for_its_child() {
        let mut one = One::new();
        one.put(3, 'a');
        assert_eq!(one.take(2), None);
        assert_eq!(one.take(3), Some('a'));
        one.put(5, 'b');
        assert_eq!(one.take_all(), [Some('b')]);
        assert_eq!(one.take_all(), []);
        assert_eq!(format!("{one:?}"), "One { .. }");
    }

    #[test]
    fn a_place_for_each_output_shows_how_many_there_are() {
        let mut all = All::new();
        all.reserve(2);
        all.put(1, 'a');
        assert_eq!(format!("{all:?}"), "All { places: 2, .. }");
        assert_eq!(all.take_all(), [None, Some('a')]);
    }

    /// It panics when it is dropped.
    #[cfg(feature = "std")]
    struct Bomb;

    #[cfg(feature = "std")]
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_panic_of_an_output_that_is_dropped_is_returned() {
        let mut one = One::new();
        one.put(0, Bomb);
        assert!(one.clear().is_some());
        assert!(one.clear().is_none());
        let mut all = All::new();
        all.reserve(1);
        all.put(0, Bomb);
        assert!(all.clear().is_some());
        assert!(all.clear().is_none());
    }
}
