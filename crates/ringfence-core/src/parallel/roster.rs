//! Which children have not ended.

use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::Range;

/// A set of places, which takes memory for those that are in it.
///
/// Places come in their order and go in any, mostly neighbours together.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// A bit for each place, by 64 neighbours; none of them is 0.
    words: BTreeMap<usize, u64>,
    len: usize,
}

const WIDTH: usize = u64::BITS as usize;

impl Roster {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes in places that were not there.
    pub(super) fn add(&mut self, places: Range<usize>) {
        self.len += places.len();
        let Range { mut start, end } = places;
        while start < end {
            let last = end.min((start / WIDTH + 1) * WIDTH);
            let bits = (u64::MAX >> (WIDTH - (last - start))) << (start % WIDTH);
            *self.words.entry(start / WIDTH).or_default() |= bits;
            start = last;
        }
    }

    /// Takes out a place, if it is there.
    pub(super) fn remove(&mut self, place: usize) {
        let Some(word) = self.words.get_mut(&(place / WIDTH)) else { return };
        let bit = 1 << (place % WIDTH);
        if *word & bit == 0 {
            return;
        }
        *word &= !bit;
        self.len -= 1;
        if *word == 0 {
            self.words.remove(&(place / WIDTH));
        }
    }

    /// The places, in their order.
    pub(super) fn places(&self) -> Vec<usize> {
        let of_word = |(number, word): (&usize, &u64)| {
            let (first, word) = (number * WIDTH, *word);
            (0..WIDTH).filter(move |bit| word & 1 << bit != 0).map(move |bit| first + bit)
        };
        self.words.iter().flat_map(of_word).collect()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::Roster;

    #[test]
    fn places_come_in_ranges_and_go_one_by_one() {
        let mut roster = Roster::default();
        roster.add(0..3);
        roster.add(3..200);
        roster.add(200..200);
        for place in (0..200).filter(|place| place % 67 != 0) {
            roster.remove(place);
        }
        roster.remove(1);
        assert_eq!((roster.len(), roster.places()), (3, [0, 67, 134].into()));
    }

    #[test]
    fn what_has_gone_takes_no_memory() {
        let mut roster = Roster::default();
        for place in 0..10_000 {
            roster.add(place..place + 1);
            if place > 0 {
                roster.remove(place);
            }
        }
        assert_eq!((roster.len(), roster.words.len()), (1, 1));
    }
}
