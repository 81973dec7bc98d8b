//! Outputs that wait to be taken.

use crate::outcome::{Panic, drop_each};
use alloc::collections::VecDeque;
use core::fmt;

/// In which order outputs are taken.
pub trait Queue<T> {
    /// Nothing waits.
    #[doc(hidden)]
    fn new() -> Self;

    /// Leaves the output of the child of a number.
    #[doc(hidden)]
    fn put(&mut self, number: usize, output: T);

    /// Takes the next output.
    #[doc(hidden)]
    fn take(&mut self) -> Option<T>;

    /// Drops all outputs; returns the first panic of their destructors.
    #[doc(hidden)]
    fn clear(&mut self) -> Option<Panic>;
}

/// Outputs are taken as they come.
pub struct AsTheyCome<T>(VecDeque<T>);

/// Outputs are taken in the order of the items.
pub struct InOrder<T> {
    /// The number of the output that is taken next.
    next: usize,
    /// That output, and those behind it.
    outputs: VecDeque<Option<T>>,
}

impl<T> Queue<T> for AsTheyCome<T> {
    fn new() -> Self {
        Self(VecDeque::new())
    }

    fn put(&mut self, _: usize, output: T) {
        self.0.push_back(output);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn clear(&mut self) -> Option<Panic> {
        drop_each(self.0.drain(..))
    }
}

impl<T> Queue<T> for InOrder<T> {
    fn new() -> Self {
        Self { next: 0, outputs: VecDeque::new() }
    }

    fn put(&mut self, number: usize, output: T) {
        let place = number - self.next;
        while self.outputs.len() <= place {
            self.outputs.push_back(None);
        }
        self.outputs[place] = Some(output);
    }

    fn take(&mut self) -> Option<T> {
        let output = self.outputs.front_mut()?.take()?;
        self.outputs.pop_front();
        self.next += 1;
        Some(output)
    }

    fn clear(&mut self) -> Option<Panic> {
        drop_each(self.outputs.drain(..))
    }
}

/// A destructor that panics does not keep the other outputs from being dropped.
impl<T> Drop for AsTheyCome<T> {
    fn drop(&mut self) {
        if let Some(panic) = self.clear() {
            panic.resume_unless_panicking();
        }
    }
}

/// As of [`AsTheyCome`].
impl<T> Drop for InOrder<T> {
    fn drop(&mut self) {
        if let Some(panic) = self.clear() {
            panic.resume_unless_panicking();
        }
    }
}

impl<T> fmt::Debug for AsTheyCome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsTheyCome").field("len", &self.0.len()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for InOrder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InOrder").field("next", &self.next).finish_non_exhaustive()
    }
}
