//! Children on their way into a scope.

use alloc::vec::{Drain, Vec};
use core::mem;

/// Children in the order in which they came.
///
/// They are in blocks, so that none is copied to make room for the next one. The first two are small:
/// an allocator may tidy up before it gives large ones, and a scope with few children would pay for
/// that. Any other is twice as large as all before it, so that there are few.
#[derive(Debug)]
pub(super) struct Arrivals<C> {
    full: Vec<Vec<C>>,
    last: Vec<C>,
}

/// How many bytes a small block has at the most.
const SMALL_BYTES: usize = 1_000;

/// For how many children there is room in the first block at first.
const FEW: usize = 16;

impl<C> Arrivals<C> {
    /// How many children a small block has room for at the most.
    const SMALL: usize = SMALL_BYTES / size_of::<C>();

    pub(super) const fn new() -> Self {
        const { assert!(Self::SMALL >= FEW, "a child is a pointer or two") };
        Self { full: Vec::new(), last: Vec::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.full.iter().map(Vec::len).sum::<usize>() + self.last.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// Makes room for one more, so that to take that in does not panic.
    #[inline]
    pub(super) fn make_room(&mut self) {
        if self.last.len() == self.last.capacity() {
            self.grow();
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let len = self.last.len();
        if len < Self::SMALL {
            self.last.reserve_exact(len.clamp(FEW, Self::SMALL - len));
        } else {
            let room = if self.full.is_empty() { Self::SMALL } else { 2 * self.len() };
            self.full.reserve(1);
            self.full.push(mem::replace(&mut self.last, Vec::with_capacity(room)));
        }
    }

    /// Takes in a child, for which there is room.
    #[inline]
    pub(super) fn push(&mut self, child: C) {
        self.last.push(child);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &C> {
        self.full.iter().chain([&self.last]).flatten()
    }

    /// Takes out the first child that is meant.
    pub(super) fn take_out(&mut self, is_meant: impl Fn(&C) -> bool) -> Option<C> {
        self.full.iter_mut().chain([&mut self.last]).find_map(|block| {
            let place = block.iter().position(&is_meant)?;
            Some(block.remove(place))
        })
    }

    /// Takes out all, in one buffer.
    pub(super) fn take(&mut self) -> Vec<C> {
        if self.full.is_empty() {
            return mem::take(&mut self.last);
        }
        let mut all = Vec::with_capacity(self.len());
        self.drain(|block| all.extend(block));
        all
    }

    /// Takes out all, block by block. Of the blocks, it keeps one that is the only one.
    #[inline]
    pub(super) fn drain(&mut self, mut take: impl FnMut(Drain<'_, C>)) {
        let full = mem::take(&mut self.full);
        let is_only = full.is_empty();
        for mut block in full {
            take(block.drain(..));
        }
        take(self.last.drain(..));
        if !is_only {
            self.last = Vec::new();
        }
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    use super::{Arrivals, FEW};
    use alloc::vec::Vec;
    use core::ptr;

    /// So many who have come, by their numbers.
    fn arrived(children: usize) -> Arrivals<[u64; 2]> {
        let mut arrivals = Arrivals::new();
        for number in 0..children as u64 {
            arrivals.make_room();
            arrivals.push([number; 2]);
        }
        arrivals
    }

    /// The numbers of those who are taken out, by blocks.
    fn drained(arrivals: &mut Arrivals<[u64; 2]>) -> Vec<Vec<u64>> {
        let mut blocks = Vec::new();
        arrivals.drain(|block| blocks.push(block.map(|[number, _]| number).collect()));
        blocks
    }

    #[test]
    fn all_come_out_as_they_came() {
        for children in [0, 1, FEW, FEW + 1, 62, 63, 124, 125, 1_000] {
            let mut arrivals = arrived(children);
            assert_eq!(arrivals.len(), children);
            assert_eq!(arrivals.is_empty(), children == 0);
            assert!(arrivals.iter().map(|[number, _]| *number).eq(0..children as u64));
            assert!(drained(&mut arrivals).into_iter().flatten().eq(0..children as u64));
            assert!(arrivals.is_empty());
            let taken = arrived(children).take();
            assert!(taken.into_iter().map(|[number, _]| number).eq(0..children as u64));
        }
    }

    #[test]
    fn two_blocks_are_small_and_any_other_is_twice_as_large_as_all_before() {
        let sizes: Vec<_> = drained(&mut arrived(500)).iter().map(Vec::len).collect();
        assert_eq!(sizes, [62, 62, 248, 128]);
    }

    #[test]
    fn nobody_moves_for_who_comes_later_once_the_first_block_is_full() {
        let mut arrivals = arrived(62);
        let places: Vec<_> = arrivals.iter().map(ptr::from_ref).collect();
        for number in 62..1_000 {
            arrivals.make_room();
            arrivals.push([number; 2]);
        }
        assert!(
            arrivals.iter().map(ptr::from_ref).zip(&places).all(|(now, before)| now == *before)
        );
    }

    #[test]
    fn who_is_meant_is_taken_out_of_any_block() {
        let mut arrivals = arrived(200);
        for meant in [0, 61, 62, 199] {
            let taken = arrivals.take_out(|[number, _]| *number == meant);
            assert_eq!(taken, Some([meant; 2]));
        }
        assert_eq!(arrivals.take_out(|[number, _]| *number == 62), None);
        assert_eq!(arrivals.len(), 196);
        let others = (0..200).filter(|number| ![0, 61, 62, 199].contains(number));
        assert!(drained(&mut arrivals).into_iter().flatten().eq(others));
    }

    #[test]
    fn a_buffer_is_kept_unless_there_were_more() {
        for (children, kept) in [(FEW, FEW), (62, 62), (63, 0)] {
            let mut arrivals = arrived(children);
            drained(&mut arrivals);
            assert_eq!(arrivals.last.capacity(), kept);
        }
    }
}
