//! How far the two ends of a joint are: one word, and its edges.

use crate::sync::atomic::{AtomicU8, Ordering};

/// What has been said and who has left, of two ends: the driver, and the other one.
///
/// It knows nothing of what the ends share: it says who may touch that, and who is the last.
pub(super) struct Stage(AtomicU8);

/// The driver has said its word.
const SAID: u8 = 1;

/// The driver has left.
const LEFT: u8 = 2;

/// The other end has left.
const DEAF: u8 = 4;

/// The other end listens: its waker is there.
const AWAITED: u8 = 8;

/// The other end has asked for something that is there as long as the driver is.
const ASKED: u8 = 16;

/// To whom a word was said.
#[must_use]
pub(super) enum Said {
    /// To the other end.
    Heard { awaited: bool },
    /// To nobody: the other end has left, and the word is the driver's.
    Unheard,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    /// Whether the word was said.
    #[inline]
    pub(super) fn is_said(&self) -> bool {
        // Acquire: pairs with the Release of who has said it, so that the word is there.
        self.0.load(Ordering::Acquire) & SAID != 0
    }

    /// The driver says its word, and leaves. False, and nothing was done, if there is more to do.
    #[inline]
    #[must_use = "there is more to do"]
    pub(super) fn say_and_leave(&self) -> bool {
        // Release: pairs with the Acquire of the other end, which finds the word, and frees it all.
        // Relaxed otherwise: who has left touches nothing any more. The look spares an exchange in
        // vain.
        self.0.load(Ordering::Relaxed) == 0
            && self.0.compare_exchange(0, SAID | LEFT, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// The driver says its word, and stays.
    pub(super) fn say(&self) -> Said {
        // Acquire: pairs with the Release of the other end that has left.
        if self.0.load(Ordering::Acquire) & DEAF != 0 {
            return Said::Unheard;
        }
        // Release: as in `say_and_leave`. Acquire: as above; and pairs with the Release in `listen`
        // and `ask`, so that the driver comes to the locks after them.
        let before = self.0.fetch_or(SAID, Ordering::AcqRel);
        if before & DEAF != 0 {
            Said::Unheard
        } else {
            Said::Heard { awaited: before & AWAITED != 0 }
        }
    }

    /// The other end has its waker there, for the driver. False, if the word was said before.
    pub(super) fn listen(&self) -> bool {
        // Acquire: as in `is_said`. Release: pairs with the Acquire in `say`.
        self.0.fetch_or(AWAITED, Ordering::AcqRel) & SAID == 0
    }

    /// The other end has its waker to itself. False, if the word was said while it listened: the
    /// driver has it then.
    #[inline]
    pub(super) fn unlisten(&self) -> bool {
        // Relaxed: whether it listens, it knows itself. Acquire: as in `is_said`.
        self.0.load(Ordering::Relaxed) & AWAITED == 0
            || self.0.fetch_and(!AWAITED, Ordering::Acquire) & SAID == 0
    }

    /// The other end asks, and the driver will know when it leaves. False, if it may have left.
    pub(super) fn ask(&self) -> bool {
        // Release: pairs with the Acquire in `say`. Acquire: as in `is_said`.
        self.0.fetch_or(ASKED, Ordering::AcqRel) & SAID == 0
    }

    /// The other end leaves, unless the word was said.
    #[inline]
    #[must_use = "a word is the other end's once it was said"]
    pub(super) fn leave_unless_said(&self) -> bool {
        // Acquire: as in `is_said`, here and below.
        let now = self.0.load(Ordering::Acquire);
        // Release: pairs with the Acquire of the driver, which frees it all. It fails only for a
        // word: nobody else changes the stage.
        now & SAID == 0
            && self
                .0
                .compare_exchange(now, now | DEAF, Ordering::Release, Ordering::Acquire)
                .is_ok()
    }

    /// The driver leaves. True, if it is the second.
    #[inline]
    #[must_use = "the second frees it all"]
    pub(super) fn driver_leaves(&self) -> bool {
        self.leave(LEFT, DEAF)
    }

    /// The other end leaves. True, if it is the second.
    #[inline]
    #[must_use = "the second frees it all"]
    pub(super) fn other_leaves(&self) -> bool {
        self.leave(DEAF, LEFT)
    }

    #[inline]
    fn leave(&self, this: u8, other: u8) -> bool {
        // Acquire: pairs with the Release of the first, so that the second comes after all that it
        // has done. A look is cheaper than a change, and enough for who comes much later.
        self.0.load(Ordering::Acquire) & other != 0
            || self.0.fetch_or(this, Ordering::AcqRel) & other != 0
    }
}
