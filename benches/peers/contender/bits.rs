//! The readiness bits of the hand-written bound, and the wakers that set them.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Wake, Waker};

use crate::drive::Spin;

/// From where wakes may come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WokenBy {
    /// The polling thread: no atomic read-modify-write anywhere.
    ThisThread,
    /// Any thread: one read-modify-write per wake.
    AnyThread,
}

/// Three levels of bits; a bit above says that the word below is not nought.
pub(super) struct Bits {
    levels: [Box<[AtomicU64]>; 3],
    woken_by: WokenBy,
}

impl Bits {
    fn new(capacity: usize, woken_by: WokenBy) -> Self {
        let words = |n: usize| (0..n.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let sizes = [capacity, capacity.div_ceil(64), capacity.div_ceil(64 * 64)];
        Self { levels: sizes.map(words), woken_by }
    }

    /// Sets bit `at`, and the bits above it where the word was nought.
    pub(super) fn mark(&self, mut at: usize) {
        for level in &self.levels {
            let (word, bit) = (&level[at / 64], 1 << (at % 64));
            let before = match self.woken_by {
                WokenBy::ThisThread => {
                    let before = word.load(Ordering::Relaxed);
                    word.store(before | bit, Ordering::Relaxed);
                    before
                }
                // AcqRel: pairs with `take`, which clears from the top while this sets from
                // the bottom.
                WokenBy::AnyThread => word.fetch_or(bit, Ordering::AcqRel),
            };
            if before != 0 {
                return;
            }
            at /= 64;
        }
        Spin::wake();
    }

    /// Takes all bits of one word.
    pub(super) fn take(&self, level: usize, word: usize) -> u64 {
        let word = &self.levels[level][word];
        match self.woken_by {
            WokenBy::ThisThread => {
                let bits = word.load(Ordering::Relaxed);
                word.store(0, Ordering::Relaxed);
                bits
            }
            // AcqRel: pairs with `mark`.
            WokenBy::AnyThread => word.swap(0, Ordering::AcqRel),
        }
    }

    /// Words of the topmost level.
    pub(super) fn tops(&self) -> usize {
        self.levels[2].len()
    }

    fn clear(&self) {
        self.levels.iter().flatten().for_each(|word| word.store(0, Ordering::Relaxed));
    }
}

/// The waker of one slot.
struct Mark {
    bits: Arc<Bits>,
    slot: usize,
}

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        self.bits.mark(self.slot);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.bits.mark(self.slot);
    }
}

/// Bits and wakers, made once and handed from set to set.
pub(super) struct Pool {
    pub(super) bits: Arc<Bits>,
    pub(super) wakers: Vec<Waker>,
}

thread_local! {
    /// The pool that the last set left.
    static LEFT: Cell<Option<Pool>> = const { Cell::new(None) };
}

impl Pool {
    /// The pool that the last set left if it fits, or a new one.
    pub(super) fn with_capacity(capacity: usize, woken_by: WokenBy) -> Self {
        if let Some(left) = LEFT.take() {
            if left.wakers.len() == capacity && left.bits.woken_by == woken_by {
                return left;
            }
        }
        let bits = Arc::new(Bits::new(capacity, woken_by));
        let waker = |slot| Waker::from(Arc::new(Mark { bits: Arc::clone(&bits), slot }));
        Self { wakers: (0..capacity).map(waker).collect(), bits }
    }

    /// Leaves the pool to the next set.
    pub(super) fn leave(&mut self) {
        self.bits.clear();
        let wakers = std::mem::take(&mut self.wakers);
        LEFT.set(Some(Self { bits: Arc::clone(&self.bits), wakers }));
    }
}
