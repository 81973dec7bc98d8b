//! What the two ends of a joint have in common: the word that one says to the other, once.

use super::{
    room::Room,
    stage::{Said, Stage},
};
use crate::sync::{Lock, UnsafeCell};
use core::{
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

/// What is known of a joint by whoever knows neither its word nor its future.
//
// In this order: so a joint begins with its stage.
#[repr(C)]
pub(super) struct Head<S> {
    pub(super) stage: Stage,
    pub(super) room: Room,
    /// What both look at.
    pub(super) shared: S,
}

/// A word from a driver to the other end, which may be gone before it is said.
///
/// # Stages
///
/// ```text
///  running ──1──▶ said ──3──▶ left     1 `say`     3 the driver leaves: by one change with 1, if
///     └─────2──▶ unheard                             nobody waits and nobody has asked
///                                      2 `close`: what is said from now on is for nobody
/// ```
///
/// # Invariants
///
/// I11. The word is the driver's until it was said, and the other end's from then on. If it was not
///      said when the other end left, it is the driver's for good.
//
// In this order: so whoever does not know the type of the word finds the head.
#[repr(C)]
pub(super) struct Ends<W, S> {
    pub(super) head: Head<S>,
    listener: Lock<Option<Waker>>,
    word: UnsafeCell<Option<W>>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
// SAFETY: I11: the word goes from one end to the other, and they do not share it.
unsafe impl<W: Send, S: Sync> Sync for Ends<W, S> {}

/// What came of a word.
#[must_use]
pub(super) enum Told<W> {
    /// It is the other end's. This one waits for it.
    Heard(Option<Waker>),
    /// There is nobody to hear it.
    Unheard(W),
}

/// What an end finds that does not listen any more.
#[must_use]
pub(super) enum Closed<W> {
    /// Nothing was said, and it has left. This one waits no more.
    Unsaid(Option<Waker>),
    /// This was said. It has not left.
    Said(W),
}

impl<W, S> Ends<W, S> {
    #[inline]
    pub(super) fn new(room: Room, shared: S) -> Self {
        let head = Head { stage: Stage::new(), room, shared };
        Self { head, listener: Lock::new(None), word: UnsafeCell::new(None) }
    }

    #[inline]
    pub(super) fn stage(&self) -> &Stage {
        &self.head.stage
    }

    /// Puts the word in its place, to be said.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has said nothing.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn put(&self, word: W) {
        // Nothing is there to be dropped: a driver puts one word, or takes it back before another.
        // SAFETY: I11: it was not said, and the caller is the driver.
        self.word.with_mut(|place| unsafe { place.write(Some(word)) });
    }

    /// Says the word that was put there.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has said nothing.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn say(&self) -> Told<W> {
        match self.stage().say() {
            Said::Heard { awaited } => Told::Heard(if awaited { self.silence() } else { None }),
            // SAFETY: I11: the other end has left before it was said.
            Said::Unheard => Told::Unheard(unsafe { self.take() }),
        }
    }

    /// Waits for the word, and lets `hear` have it; again whenever it is polled after that.
    ///
    /// # Safety
    ///
    /// The caller is the other end, and has not left.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn poll<R>(
        &self,
        cx: &mut Context<'_>,
        hear: impl FnOnce(&mut W) -> R,
    ) -> Poll<R> {
        if !self.stage().is_said() && !self.listen(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(self.word.with_mut(|word| {
            // SAFETY: I11: it was said, and the caller is the other end.
            let word = unsafe { &mut *word };
            hear(word.as_mut().expect(THERE))
        }))
    }

    /// Has the driver wake whoever listens; true, if the word was said meanwhile.
    //
    // Apart, as `silence` is: most words are said before anyone listens.
    #[inline(never)]
    fn listen(&self, listener: &Waker) -> bool {
        // Foreign code before the lock, and after it.
        let new = listener.clone();
        let _old = self.listener.with(|listener| listener.replace(new));
        let said = self.stage().listen();
        if said {
            drop(self.silence());
        }
        said
    }

    /// Takes the waker of who listens.
    #[inline(never)]
    fn silence(&self) -> Option<Waker> {
        self.listener.with(Option::take)
    }

    /// The other end listens no more. It takes the word, if that was said, and leaves otherwise.
    ///
    /// # Safety
    ///
    /// The caller is the other end, has not left, and has not taken the word.
    //
    // Not by `&self`, which would have to be good until this returns: once this end has left, the
    // driver may free it all.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn close(this: NonNull<Self>) -> Closed<W> {
        // SAFETY: this end has not left, says the caller.
        let ends = unsafe { this.as_ref() };
        if !ends.stage().is_said() {
            // Before it leaves.
            let awaited = ends.stage().is_awaited();
            let listener = if awaited { ends.silence() } else { None };
            if ends.stage().leave_unless_said() {
                return Closed::Unsaid(listener);
            }
            drop(listener);
        }
        // SAFETY: I11: it was said, and the caller is the other end.
        Closed::Said(unsafe { ends.take() })
    }

    /// Takes the word.
    ///
    /// # Safety
    ///
    /// The word is there, and the caller's (I11).
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    unsafe fn take(&self) -> W {
        // SAFETY: says the caller.
        self.word.with_mut(|word| unsafe { (*word).take() }).expect(THERE)
    }
}

/// Where a word is.
const THERE: &str = "the word is there once it was said";

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
