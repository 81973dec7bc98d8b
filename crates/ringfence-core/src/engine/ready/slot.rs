//! The number of a child.

use super::WIDTH;

/// The number of a child: which header, and which place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    pub(crate) chunk: u32,
    pub(crate) place: u32,
}

impl Slot {
    /// The slot of this number, if all headers have [`WIDTH`] places.
    #[cfg(feature = "std")]
    pub(crate) fn at(index: usize) -> Self {
        let (chunk, place) = (index / WIDTH, index % WIDTH);
        Self { chunk: chunk as u32, place: place as u32 }
    }

    /// The number of the slot, if all headers have [`WIDTH`] places.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.chunk as usize * WIDTH + self.place as usize
    }

    /// The slot's bit in the words of its chunk.
    #[inline]
    pub(crate) fn bit(self) -> usize {
        1 << self.place
    }
}
