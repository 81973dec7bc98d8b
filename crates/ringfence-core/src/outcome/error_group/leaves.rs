//! The failures that are no groups.

use super::{ErrorGroup, Failure, nest};
use alloc::vec::Vec;
use core::{fmt, slice};

/// The failures of a group and of the groups in it, depth first and in order.
///
/// Made by [`ErrorGroup::leaves`], which has an example.
///
/// # Cost
///
/// No allocation for a group without groups in it.
#[must_use = "an iterator does nothing unless it is asked"]
pub struct Leaves<'a, E> {
    /// What is left of the group that the next failure is looked for in.
    here: slice::Iter<'a, Failure<E>>,
    /// The groups around it, outermost first: each as a failure, and what is left of the one
    /// around it.
    around: Vec<(&'a Failure<E>, slice::Iter<'a, Failure<E>>)>,
}

impl<'a, E> Leaves<'a, E> {
    pub(super) fn new(group: &'a ErrorGroup<E>) -> Self {
        Self { here: group.iter(), around: Vec::new() }
    }

    /// Returns the groups around the last failure that was returned, outermost first.
    ///
    /// Each is the failure of the child whose scope failed with that group. Empty for a failure
    /// of the group itself.
    pub fn path(&self) -> impl ExactSizeIterator<Item = &'a Failure<E>> {
        self.around.iter().map(|(failure, _)| *failure)
    }
}

impl<'a, E: 'static> Iterator for Leaves<'a, E> {
    type Item = &'a Failure<E>;

    fn next(&mut self) -> Option<&'a Failure<E>> {
        loop {
            match self.here.next() {
                Some(failure) => match failure.error().and_then(nest::peek) {
                    Some(group) => {
                        self.around.push((failure, self.here.clone()));
                        self.here = group.iter();
                    }
                    None => return Some(failure),
                },
                None => self.here = self.around.pop()?.1,
            }
        }
    }
}

impl<E> fmt::Debug for Leaves<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaves").field("depth", &self.around.len()).finish_non_exhaustive()
    }
}
