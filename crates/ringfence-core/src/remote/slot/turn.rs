//! The task's end of a remote child's slot: the right to poll the child and to drop it.

use super::{Child, End, Resting, Slot};
use crate::{
    cancel::drain::{Address, Drain},
    outcome::Outcome,
    remote::here::Here,
};
use core::{pin::Pin, task::Waker};

/// The right to touch the child, for as long as it lives.
pub(in crate::remote) struct Turn<'a, F, T>(pub(super) &'a Slot<F, T>);

/// The task's turn, of this thread.
#[must_use]
pub(in crate::remote) struct Polling<'a, F, T> {
    pub(in crate::remote) turn: Turn<'a, F, T>,
    pub(super) by: Here,
}

/// The task's turn with a child that is doomed: to drop it, and to [`go`](Going::go).
#[must_use]
pub(in crate::remote) struct Going<'a, F, T> {
    pub(in crate::remote) turn: Turn<'a, F, T>,
}

/// What the task has to do with an outcome.
#[must_use]
pub(in crate::remote) enum Told<'a, F, T> {
    /// To wake who waits for it.
    Parent(Option<Waker>),
    /// To drop it, and then to go.
    Nobody(Outcome<T>, Drain, Going<'a, F, T>),
}

impl<F, T> Turn<'_, F, T> {
    /// Whose turn it is.
    pub(in crate::remote) fn address(&self) -> Address {
        self.0.address()
    }

    /// Lends the child: its future in place, and what rests with it.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn with<R>(
        &mut self,
        f: impl FnOnce(Pin<&mut Option<F>>, &mut Resting) -> R,
    ) -> R {
        self.0.child.with_mut(|child| {
            // SAFETY: S1, since this is the turn, by `&mut`.
            let Child { future, resting } = unsafe { &mut *child };
            // SAFETY: S4, and nobody takes the future out: all have it from here.
            f(unsafe { Pin::new_unchecked(future) }, resting)
        })
    }
}

impl<'a, F, T> Polling<'a, F, T> {
    /// Puts the child down, unless it is doomed.
    #[inline]
    pub(in crate::remote) fn rest(self) -> Result<(), Going<'a, F, T>> {
        let Self { turn, by } = self;
        if turn.0.stage.rest(by) { Ok(()) } else { Err(Going { turn }) }
    }

    /// Leaves the outcome for the parent, unless nobody waits for it, and whom the child has left
    /// behind. The child has been dropped.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn end(self, outcome: Outcome<T>, left: Drain) -> Told<'a, F, T> {
        let Self { turn, by } = self;
        let slot = turn.0;
        // SAFETY: S1, since this is the task's turn.
        unsafe { slot.end(|end| end.put(outcome, left)) };
        match slot.stage.end(by) {
            // SAFETY: S3, since edge 3 has taken the bit away.
            Some(from) if from.waited() => Told::Parent(unsafe { slot.waiter(Option::take) }),
            Some(_) => Told::Parent(None),
            None => {
                // SAFETY: S1, since this still is its turn.
                let (outcome, left) = unsafe { slot.end(End::take) };
                let outcome = outcome.expect("it has just been put there");
                Told::Nobody(outcome, left, Going { turn })
            }
        }
    }
}

impl<F, T> Going<'_, F, T> {
    /// Says that a doomed child has been dropped, and whom it has left behind. Returns who waits for
    /// that.
    #[must_use = "who waits is to be woken"]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn go(self, left: Drain) -> Option<Waker> {
        let slot = self.turn.0;
        // SAFETY: S1, since this is the task's turn.
        unsafe { slot.end(|end| end.left = left) };
        // SAFETY: S3, since edge 5 takes the bit away.
        slot.stage.go().waited().then(|| unsafe { slot.waiter(Option::take) }).flatten()
    }
}
