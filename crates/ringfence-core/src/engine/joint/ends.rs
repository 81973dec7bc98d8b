//! What the two ends of a joint have in common, whatever future and word there are.

use super::stage::{Said, Stage};
use crate::{
    memory::arena::Hold,
    sync::{UnsafeCell, atomic::AtomicBool},
};
use core::{ptr::NonNull, task::Waker};

/// How a word gets from a driver to the other end, which may be gone before it is said.
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
/// I16. The listener is the other end's, but from `Stage::listen` to `Stage::unlisten`. If the word
///      is said in between, it is the driver's.
//
// In this order: so a joint begins with its stage.
#[repr(C)]
pub(super) struct Ends<S> {
    stage: Stage,
    /// For the driver: whether there is a future.
    pub(super) has_future: AtomicBool,
    /// For the other end: where the word is, in bytes from here.
    pub(super) word_at: u16,
    /// How far into its block of memory the joint is.
    offset: u32,
    /// What both look at.
    pub(super) shared: S,
    listener: UnsafeCell<Option<Waker>>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
// SAFETY: I16: the listener goes from one end to the other, and they do not share it.
unsafe impl<S: Sync> Sync for Ends<S> {}

/// What came of a word.
#[must_use]
pub(super) enum Told {
    /// It is the other end's. This one waits for it.
    Heard(Option<Waker>),
    /// There is nobody to hear it: it is the driver's.
    Unheard,
}

/// What an end finds that does not listen any more.
#[must_use]
pub(super) enum Closed {
    /// Nothing was said, and it has left. This one waits no more.
    Unsaid(Option<Waker>),
    /// The word was said, and is its own. It has not left.
    Said,
}

impl<S> Ends<S> {
    #[inline]
    pub(super) fn new(word_at: u16, offset: u32, shared: S) -> Self {
        Self {
            stage: Stage::new(),
            has_future: AtomicBool::new(true),
            word_at,
            offset,
            shared,
            listener: UnsafeCell::new(None),
        }
    }

    #[inline]
    pub(super) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Says the word, which is there.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has said nothing.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn say(&self) -> Told {
        match self.stage.say() {
            // SAFETY: I16: the other end listened when it was said.
            Said::Heard { awaited: true } => Told::Heard(unsafe { self.silence() }),
            Said::Heard { awaited: false } => Told::Heard(None),
            Said::Unheard => Told::Unheard,
        }
    }

    /// Has the driver wake whoever listens. False, if the word was said meanwhile.
    ///
    /// # Safety
    ///
    /// The caller is the other end, by `&mut`, and has not left.
    //
    // Apart: most words are said before anyone listens.
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn listen(&self, listener: &Waker) -> bool {
        if !self.stage.unlisten() {
            return false;
        }
        // Foreign code runs where nobody else has the listener, or after all.
        let old = self.listener.with_mut(|place| {
            // SAFETY: I16: the caller is the other end, and does not listen.
            let place = unsafe { &mut *place };
            match place {
                Some(there) if there.will_wake(listener) => None,
                _ => place.replace(listener.clone()),
            }
        });
        let listens = self.stage.listen();
        // SAFETY: I16: the caller is the other end, and did not listen when it was said.
        let vain = if listens { None } else { unsafe { self.silence() } };
        drop((old, vain));
        listens
    }

    /// Takes the waker of who listens.
    ///
    /// # Safety
    ///
    /// The listener is the caller's (I16).
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    unsafe fn silence(&self) -> Option<Waker> {
        // SAFETY: says the caller.
        self.listener.with_mut(|listener| unsafe { &mut *listener }.take())
    }

    /// The other end listens no more. It leaves, unless the word was said.
    ///
    /// # Safety
    ///
    /// The caller is the other end, and has not left.
    //
    // Not by `&self`, which would have to be good until this returns: once this end has left, the
    // driver may free it all.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn close(this: NonNull<Self>) -> Closed {
        // SAFETY: this end has not left, says the caller.
        let ends = unsafe { this.as_ref() };
        if !ends.stage.is_said() && ends.stage.unlisten() {
            // SAFETY: I16: the caller is the other end, and does not listen.
            let listener = unsafe { ends.silence() };
            if ends.stage.leave_unless_said() {
                return Closed::Unsaid(listener);
            }
            drop(listener);
        }
        Closed::Said
    }

    /// Frees the joint, in which nothing is left but this.
    ///
    /// # Safety
    ///
    /// The joint came out of an arena. Both ends have left, and the caller is the second.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U15")]
    pub(super) unsafe fn free(this: NonNull<Self>) {
        // SAFETY: it is there, says the caller.
        let offset = unsafe { this.as_ref() }.offset;
        // Until the end of this, also if what is shared panics when it is dropped.
        // SAFETY: it came from there, and whoever frees it is the only one.
        let _memory = unsafe { Hold::of(this, offset) };
        // SAFETY: the caller has it to itself. There is no future (I9), and no word any more.
        unsafe { this.drop_in_place() };
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
