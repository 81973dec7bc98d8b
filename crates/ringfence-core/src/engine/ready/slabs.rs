//! The slabs of a set, in order.

use super::home::Slab;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// Slabs, of which most sets have none, and most others one.
//
// Not a `SmallVec`: its place for the first is not written before there is one, and so it is moved
// about with what is beside it, of which there are many small writes, for which the processor waits.
#[derive(Debug)]
pub(super) struct Slabs {
    first: Option<NonNull<Slab>>,
    others: Vec<NonNull<Slab>>,
}

impl Slabs {
    pub(super) const fn new() -> Self {
        Self { first: None, others: Vec::new() }
    }

    pub(super) fn push(&mut self, slab: NonNull<Slab>) {
        match self.first {
            None => self.first = Some(slab),
            Some(_) => self.others.push(slab),
        }
    }

    /// The slab of a number, if there is one.
    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<NonNull<Slab>> {
        match number.checked_sub(1) {
            None => self.first,
            Some(other) => self.others.get(other).copied(),
        }
    }

    /// Takes all out, in order.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = NonNull<Slab>> {
        self.first.take().into_iter().chain(self.others.drain(..))
    }
}
