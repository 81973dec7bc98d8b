//! The name of a child in a set.

use crate::engine::ready::Slot;
use core::fmt;

/// The name of a child in a [`JoinSet`](crate::JoinSet).
///
/// It never names a later child of the same set, although slots are used again. Keys of different
/// sets must not be mixed up: a set cannot tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    slot: Slot,
    /// How often the slot was used before.
    generation: u64,
}

impl Key {
    #[inline]
    pub(crate) fn new(slot: Slot, generation: u64) -> Self {
        Self { slot, generation }
    }

    #[inline]
    pub(crate) fn slot(self) -> Slot {
        self.slot
    }

    #[inline]
    pub(crate) fn generation(self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}.{})", self.slot.index(), self.generation)
    }
}
