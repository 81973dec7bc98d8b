//! A word that one side says to another, once.

use crate::sync::{
    Lock, UnsafeCell,
    atomic::{AtomicU8, Ordering},
};
use core::{
    fmt,
    task::{Context, Poll, Waker},
};

/// A word from a speaker to a listener, who may be gone before it is said.
///
/// Either side has what it needs by one change of `stage`; the lock is for who waits.
///
/// # Stages
///
/// ```text
///  silent ──1──▶ said                    1 `say`
///     └─────2──▶ unheard                 2 `close`: what is said from now on is for nobody
/// ```
///
/// # Invariants
///
/// I11. The word is the speaker's until it was said, and the listener's from then on. If it was not
///      said when the listener left, it is the speaker's for good.
pub(crate) struct Oneshot<T> {
    stage: AtomicU8,
    word: UnsafeCell<Option<T>>,
    listener: Lock<Option<Waker>>,
}

/// The word is there.
const SAID: u8 = 1;

/// The listener has left.
const UNHEARD: u8 = 2;

/// The listener waits, or has waited: its waker may be there.
const AWAITED: u8 = 4;

#[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
// SAFETY: I11: the word goes from one side to the other, and neither shares it.
unsafe impl<T: Send> Sync for Oneshot<T> {}

impl<T> Oneshot<T> {
    pub(crate) fn new() -> Self {
        Self { stage: AtomicU8::new(0), word: UnsafeCell::new(None), listener: Lock::new(None) }
    }

    /// Whether the word was said.
    #[inline]
    pub(crate) fn is_said(&self) -> bool {
        // Acquire: pairs with the Release in `say`.
        self.stage.load(Ordering::Acquire) & SAID != 0
    }

    /// Says the word. Returns who is to be woken for it; or the word, if there is nobody to hear it.
    ///
    /// # Safety
    ///
    /// The caller is the speaker, and has said nothing.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(crate) unsafe fn say(&self, word: T) -> Result<Option<Waker>, T> {
        // Relaxed: who has left did not touch the word.
        if self.stage.load(Ordering::Relaxed) & UNHEARD != 0 {
            // Relaxed: there is nobody else any more.
            self.stage.store(UNHEARD | SAID, Ordering::Relaxed);
            return Err(word);
        }
        // SAFETY: I11: it was not said, and the caller is the speaker.
        self.word.with_mut(|place| unsafe { *place = Some(word) });
        // Release: pairs with the Acquire in `is_said`, so that the listener finds the word.
        // Acquire: pairs with the Release in `listen`, so that this comes to the lock after it.
        let before = self.stage.fetch_or(SAID, Ordering::AcqRel);
        if before & UNHEARD != 0 {
            // SAFETY: I11: the listener has left before it was said.
            let unheard = self.word.with_mut(|place| unsafe { (*place).take() });
            return Err(unheard.expect("it was just put there"));
        }
        if before & AWAITED == 0 {
            return Ok(None);
        }
        Ok(self.listener.with(Option::take))
    }

    /// Waits for the word, and lets `hear` have it; again whenever it is polled after that.
    ///
    /// # Safety
    ///
    /// The caller is the listener, and has not left.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(crate) unsafe fn poll<R>(
        &self,
        cx: &mut Context<'_>,
        hear: impl FnOnce(&mut T) -> R,
    ) -> Poll<R> {
        if !self.is_said() && !self.listen(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(self.word.with_mut(|word| {
            // SAFETY: I11: it was said, and the caller is the listener.
            let word = unsafe { &mut *word };
            hear(word.as_mut().expect("the word is there once it was said"))
        }))
    }

    /// Has the speaker wake whoever listens; true, if the word was said meanwhile.
    fn listen(&self, listener: &Waker) -> bool {
        // Foreign code before the lock, and after it.
        let new = listener.clone();
        let _old = self.listener.with(|listener| listener.replace(new));
        // Acquire: as in `is_said`. Release: pairs with the Acquire in `say`.
        let said = self.stage.fetch_or(AWAITED, Ordering::AcqRel) & SAID != 0;
        if said {
            drop(self.listener.with(Option::take));
        }
        said
    }

    /// The listener leaves, unless it has. Returns the word, if it was said, and who does not wait
    /// any more.
    ///
    /// # Safety
    ///
    /// The caller is the listener.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(crate) unsafe fn close(&self) -> (Option<T>, Option<Waker>) {
        // Acquire: as in `is_said`. A look is cheaper than a change, and mostly enough.
        let mut before = self.stage.load(Ordering::Acquire);
        if before & (SAID | UNHEARD) == 0 {
            // Acquire: as above.
            before = self.stage.fetch_or(UNHEARD, Ordering::Acquire);
        }
        if before & UNHEARD != 0 {
            (None, None)
        } else if before & SAID != 0 {
            // SAFETY: I11: it was said, and the caller is the listener, which has not left.
            (self.word.with_mut(|word| unsafe { (*word).take() }), None)
        } else if before & AWAITED != 0 {
            (None, self.listener.with(Option::take))
        } else {
            (None, None)
        }
    }
}

impl<T> fmt::Debug for Oneshot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oneshot").field("is_said", &self.is_said()).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
