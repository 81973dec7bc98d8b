//! Two or three children: all are polled whenever the parent is, with the parent's own waker.

use super::{Parked, Readiness, Slot};
use core::task::{Context, Waker};

/// Hands out each of a few children once per turn, since that costs less than to know who was
/// woken.
#[derive(Debug)]
pub(crate) struct Each {
    children: u32,
    next: u32,
}

impl Each {
    pub(crate) const fn new(children: u32) -> Self {
        Self { children, next: 0 }
    }
}

impl Readiness for Each {
    type Turn = ();

    /// Nothing is to be done: it is made for one turn.
    #[inline]
    fn begin(&mut self, _: &Waker) {}

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        let place = self.next;
        if place == self.children {
            return None;
        }
        self.next += 1;
        Some(Slot { chunk: 0, place })
    }

    #[inline]
    fn pass(&mut self) {
        self.next += 1;
    }

    #[inline]
    fn with_waker<T>(&self, _: Slot, parent: &Waker, f: impl FnOnce(&Waker) -> T) -> T {
        f(parent)
    }

    #[inline]
    fn with_context<T>(
        &self,
        _: Slot,
        parent: &mut Context<'_>,
        f: impl FnOnce(&mut Context<'_>) -> T,
    ) -> T {
        f(parent)
    }

    #[inline]
    fn park(&mut self, _: &Waker) -> Parked {
        Parked::Yes
    }
}
