//! The task's end of a remote child's slot: the right to poll the child and to drop it.

use super::{Beside, Place, Slot};
use crate::{
    cancel::drain::{Address, Drain},
    sync::here::Here,
};
use core::{mem, pin::Pin, task::Waker};

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

impl<F, T> Turn<'_, F, T> {
    /// Whose turn it is.
    pub(in crate::remote) fn address(&self) -> Address {
        self.0.address()
    }

    /// Lends the child: its place, and what is beside it.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn with<R>(
        &mut self,
        f: impl FnOnce(Pin<&mut Place<F, T>>, &mut Beside) -> R,
    ) -> R {
        // SAFETY: S1, since this is the turn, by `&mut`.
        unsafe { self.0.child(f) }
    }
}

impl<'a, F, T> Polling<'a, F, T> {
    /// Puts the child down, unless it is doomed.
    #[inline]
    pub(in crate::remote) fn rest(self) -> Result<(), Going<'a, F, T>> {
        let Self { turn, by } = self;
        if turn.0.stage.rest(by) { Ok(()) } else { Err(Going { turn }) }
    }

    /// Leaves the child to the parent, unless nobody waits for it. It has been dropped, and its
    /// outcome is in its place. Returns who waits.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn end(self) -> Result<Option<Waker>, Going<'a, F, T>> {
        let Self { turn, by } = self;
        let slot = turn.0;
        let Some(from) = slot.stage.end(by) else { return Err(Going { turn }) };
        // SAFETY: S3, since edge 3 has taken the bit away.
        Ok(from.waited().then(|| unsafe { slot.waiter(Option::take) }).flatten())
    }
}

impl<F, T> Going<'_, F, T> {
    /// Says that a doomed child has been dropped, and whom it has left behind. Returns who waits for
    /// that.
    #[must_use = "who waits is to be woken"]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U21")]
    pub(in crate::remote) fn go(mut self, left: Drain) -> Option<Waker> {
        let before = self.turn.with(|_, beside| mem::replace(&mut beside.left, left));
        debug_assert!(before.is_empty(), "whom it had left is in what is left now");
        let slot = self.turn.0;
        // SAFETY: S3, since edge 5 takes the bit away.
        slot.stage.go().waited().then(|| unsafe { slot.waiter(Option::take) }).flatten()
    }
}
