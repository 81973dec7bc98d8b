//! Whose turn it is with a remote child: one word, and its edges.

use crate::sync::{
    atomic::{AtomicUsize, Ordering},
    here::Here,
};

/// The stage of a remote child, and whether somebody waits.
///
/// It knows nothing of what the slot has in its cells: it says who may touch them, and the
/// [`slot`](super::slot) draws the states and names the edges.
pub(super) struct Stage(AtomicUsize);

/// What a stage is at one moment: the stage, or who polls, and two bits of the waiter.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(super) struct Word(usize);

/// A waker is in the slot: it is of whoever takes this bit away.
const WAITS: usize = 1;
/// Somebody has the waiter's place, to put a waker there.
const HELD: usize = 2;
const WAITER: usize = WAITS | HELD;

// A thread is a multiple of eight, and not null: none of these.
const IDLE: usize = 0;
const DOOMED: usize = 4;
const ENDED: usize = 12;
const GONE: usize = 20;
const OVER: usize = 28;

/// What has become of the waiter's place.
#[must_use]
pub(super) enum Hold {
    /// It is the caller's, until it is [released](Stage::release).
    Taken,
    /// Somebody else has it.
    Held,
    /// There is nothing to wait for any more.
    Late,
}

/// Why nothing is to be waited for.
#[must_use]
pub(super) struct Late;

impl Word {
    #[inline]
    const fn new(stage: usize, waiter: usize) -> Self {
        Self(stage | waiter)
    }

    fn stage(self) -> usize {
        self.0 & !WAITER
    }

    fn waiter(self) -> usize {
        self.0 & WAITER
    }

    /// The same stage, with other bits of the waiter.
    fn with_waiter(self, waiter: usize) -> Self {
        Self::new(self.stage(), waiter)
    }

    /// Whether there was a waker, which is the caller's now.
    pub(super) fn waited(self) -> bool {
        self.0 & WAITS != 0
    }

    pub(super) fn is_idle(self) -> bool {
        self.stage() == IDLE
    }

    pub(super) fn is_ended(self) -> bool {
        self.stage() == ENDED
    }

    /// The thread that polls the child, if one does and may do so again.
    pub(super) fn polled_by(self) -> Option<Here> {
        let stage = self.stage();
        (stage != IDLE && stage % 8 == 0).then_some(stage)
    }

    /// Whether there is nothing to wait for.
    fn is_late(self) -> bool {
        matches!(self.stage(), ENDED | GONE | OVER)
    }
}

impl Stage {
    /// Idle, with nobody who waits.
    #[inline]
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(IDLE))
    }

    /// Says that a waker is in its place, before anyone else has the stage.
    #[inline]
    pub(super) fn wait_first(&self) {
        // Relaxed: whoever gets it does so by what orders this before.
        self.0.store(Word::new(IDLE, WAITS).0, Ordering::Relaxed);
    }

    /// Walks an edge, from the word that is `likely` or from whatever there is, unless `to` finds
    /// none there. From what is likely there is one.
    //
    // No load goes before the exchange: it would fetch the line twice.
    #[inline]
    fn walk(
        &self,
        likely: Word,
        success: Ordering,
        to: impl Fn(Word) -> Option<Word>,
    ) -> Result<Word, Word> {
        let Some(Word(new)) = to(likely) else { return Err(likely) };
        // Relaxed: who has not walked it has learnt nothing.
        match self.0.compare_exchange(likely.0, new, success, Ordering::Relaxed) {
            Ok(_) => Ok(likely),
            Err(other) => self.walk_from(Word(other), success, to),
        }
    }

    /// As `walk`, from what there is.
    #[cold]
    fn walk_from(
        &self,
        mut from: Word,
        success: Ordering,
        to: impl Fn(Word) -> Option<Word>,
    ) -> Result<Word, Word> {
        loop {
            let Some(Word(new)) = to(from) else { return Err(from) };
            // Relaxed: as above.
            match self.0.compare_exchange(from.0, new, success, Ordering::Relaxed) {
                Ok(_) => return Ok(from),
                Err(other) => from = Word(other),
            }
        }
    }

    /// Edge 2, by this thread.
    #[inline]
    #[must_use]
    pub(super) fn begin(&self, by: Here) -> bool {
        // Acquire: pairs with the Release in `rest`: the child as the last poll has left it.
        let begun = self.walk(Word::new(IDLE, WAITS), Ordering::Acquire, |word| {
            word.is_idle().then_some(Word::new(by, word.waiter()))
        });
        begun.is_ok()
    }

    /// Edge 1. False if the child is doomed.
    #[inline]
    #[must_use]
    pub(super) fn rest(&self, by: Here) -> bool {
        // Release: pairs with the Acquire in `begin` and in `doom`.
        let rested = self.walk(Word::new(by, WAITS), Ordering::Release, |word| {
            word.polled_by().map(|_| Word::new(IDLE, word.waiter()))
        });
        rested.is_ok()
    }

    /// Edge 3. None if the child is doomed.
    #[inline]
    pub(super) fn end(&self, by: Here) -> Option<Word> {
        // Release: pairs with the Acquire in `has_ended`, `take_end` and `doom`. Acquire: pairs with
        // the Release in `release`: the waker.
        let ended = self.walk(Word::new(by, WAITS), Ordering::AcqRel, |word| {
            word.polled_by().map(|_| Word(ENDED))
        });
        ended.ok()
    }

    /// Edge 5.
    pub(super) fn go(&self) -> Word {
        // As in `end`; the others are `take_gone` and `has_gone`.
        let from = Word(self.0.swap(GONE, Ordering::AcqRel));
        debug_assert_eq!(from.stage(), DOOMED, "only a doomed child goes");
        from
    }

    /// Edges 4 and 7. If there was a waker, and the child is doomed now, its place is held.
    pub(super) fn doom(&self) -> Word {
        // Acquire: pairs with the Release in `rest`, `end` and `release`, whichever it was: the child,
        // its outcome, the waker.
        let doomed =
            self.walk(Word::new(IDLE, WAITS), Ordering::Acquire, |word| match word.stage() {
                IDLE | ENDED => Some(Word(OVER)),
                DOOMED | GONE | OVER => None,
                _ if word.waited() => Some(Word::new(DOOMED, HELD)),
                _ => Some(Word::new(DOOMED, word.waiter())),
            });
        match doomed {
            Ok(from) => from,
            // There is nobody's waker to take.
            Err(from) => from.with_waiter(0),
        }
    }

    /// Whether it is `ended`.
    #[inline]
    pub(super) fn has_ended(&self) -> bool {
        // Acquire: pairs with the Release in `end`.
        Word(self.0.load(Ordering::Acquire)).is_ended()
    }

    /// Edge 6. False if the child has not ended.
    #[inline]
    #[must_use]
    pub(super) fn take_end(&self) -> bool {
        self.has_ended()
            // Acquire: pairs with the Release in `end` and in `return_end`.
            && self.0.compare_exchange(ENDED, OVER, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Edge 9.
    #[cold]
    pub(super) fn return_end(&self) {
        // Release: pairs with the Acquire in `take_end` and in `doom`.
        let from = Word(self.0.swap(ENDED, Ordering::Release));
        debug_assert_eq!(from.stage(), OVER, "only what was taken comes back");
    }

    /// Whether a doomed child has been dropped.
    pub(super) fn has_gone(&self) -> bool {
        // Acquire: pairs with the Release in `go`.
        matches!(Word(self.0.load(Ordering::Acquire)).stage(), GONE | OVER)
    }

    /// Edge 8. False if the child has not gone, or somebody has walked it before.
    #[must_use]
    pub(super) fn take_gone(&self) -> bool {
        // Acquire: pairs with the Release in `go`.
        self.0.compare_exchange(GONE, OVER, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes the waiter's place.
    pub(super) fn hold(&self) -> Hold {
        // Acquire: pairs with the Release in `release`: what was put there before.
        let held = self.walk(Word::new(IDLE, WAITS), Ordering::Acquire, |word| {
            let free = !word.is_late() && word.0 & HELD == 0;
            free.then_some(word.with_waiter(HELD))
        });
        match held {
            Ok(_) => Hold::Taken,
            Err(word) if word.is_late() => Hold::Late,
            Err(_) => Hold::Held,
        }
    }

    /// Gives the waiter's place back, with a waker in it.
    pub(super) fn release(&self) -> Result<(), Late> {
        self.release_as(WAITS)
    }

    /// Gives the waiter's place back, with nothing in it.
    pub(super) fn release_empty(&self) -> Result<(), Late> {
        self.release_as(0)
    }

    fn release_as(&self, bits: usize) -> Result<(), Late> {
        // Release: pairs with the Acquire in `hold`, `end`, `go` and `doom`: the waker.
        let released = self.walk(Word::new(IDLE, HELD), Ordering::Release, |word| {
            (!word.is_late()).then_some(word.with_waiter(bits))
        });
        released.map(drop).map_err(|_| Late)
    }
}
