//! What the one loop asks of those who know who was woken.

use super::{Parked, Slot};
use core::task::{Context, Waker};

/// Who is to be polled next, and with which waker.
pub(crate) trait Readiness {
    /// What lasts as long as a turn.
    type Turn;

    /// Begins a turn of `parent`.
    fn begin(&mut self, parent: &Waker) -> Self::Turn;

    /// Takes the next child that is to be polled.
    fn next(&mut self) -> Option<Slot>;

    /// As `next`, where the caller knows that there is one, and which it is.
    fn pass(&mut self);

    /// Lends the waker of the child that `next` has just handed out.
    fn with_waker<T>(&self, slot: Slot, parent: &Waker, f: impl FnOnce(&Waker) -> T) -> T;

    /// The same, in the context for the child's poll.
    #[inline]
    fn with_context<T>(
        &self,
        slot: Slot,
        parent: &mut Context<'_>,
        f: impl FnOnce(&mut Context<'_>) -> T,
    ) -> T {
        self.with_waker(slot, parent.waker(), |waker| f(&mut Context::from_waker(waker)))
    }

    /// Waits for the next wake, unless there was one meanwhile. `parent` is as in `begin`.
    fn park(&mut self, parent: &Waker) -> Parked;
}
