//! How large something is, whatever its type.

use core::alloc::Layout;

/// A layout, in half a word: the size in units of the alignment, and the exponent of
/// that.
#[derive(Clone, Copy)]
pub(super) struct Room(u32);

/// So many bits has an exponent.
const EXPONENT: u32 = 5;

impl Room {
    /// The room of a `T`.
    pub(super) const fn of<T>() -> Self {
        const { Self::new(Layout::new::<T>()) }
    }

    /// The room of that layout.
    ///
    /// # Panics
    ///
    /// If it is too large, or is no type's.
    pub(super) const fn new(layout: Layout) -> Self {
        let (units, exponent) = (layout.size() / layout.align(), layout.align().ilog2());
        assert!(layout.size() % layout.align() == 0, "as large as so many of its alignment");
        assert!(units >> (u32::BITS - EXPONENT) == 0, "a child with a handle is too large");
        assert!(exponent >> EXPONENT == 0, "a child with a handle is aligned too far");
        Self((units as u32) << EXPONENT | exponent)
    }

    /// The layout, as it was.
    #[inline]
    pub(super) fn layout(self) -> Layout {
        let size = (self.0 >> EXPONENT) as usize * self.align();
        Layout::from_size_align(size, self.align()).expect("it was the layout of a type")
    }

    #[inline]
    const fn align(self) -> usize {
        1 << (self.0 & ((1 << EXPONENT) - 1))
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    use super::Room;
    use core::alloc::Layout;

    #[repr(align(4096))]
    struct Page {
        _bytes: [u8; 3 * 4096],
    }

    #[test]
    fn a_room_is_as_large_as_its_type_and_aligned_as_it() {
        assert_eq!(Room::of::<()>().layout(), Layout::new::<()>());
        assert_eq!(Room::of::<u8>().layout(), Layout::new::<u8>());
        assert_eq!(Room::of::<[u64; 12]>().layout(), Layout::new::<[u64; 12]>());
        assert_eq!(Room::of::<Page>().layout(), Layout::new::<Page>());
        assert_eq!(Room::of::<[u8; 1 << 26]>().layout(), Layout::new::<[u8; 1 << 26]>());
    }
}
