//! Which children have not ended.

use alloc::{collections::BTreeMap, vec::Vec};
use core::{mem, ops::Range};

/// A set of places, which takes memory for those that are in it.
///
/// Places come in their order and go in any, mostly neighbours together.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// The word of which a place was asked for last, and its number.
    near: (usize, u64),
    /// The others, by their numbers; none of them is 0.
    far: BTreeMap<usize, u64>,
    len: usize,
}

/// How many neighbours share a word, of a bit each.
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
            let number = start / WIDTH;
            let last = end.min((number + 1) * WIDTH);
            let bits = (u64::MAX >> (WIDTH - (last - start))) << (start % WIDTH);
            match self.near.0 == number {
                true => self.near.1 |= bits,
                false => *self.far.entry(number).or_default() |= bits,
            }
            start = last;
        }
    }

    /// Takes out a place, if it is there.
    #[inline]
    pub(super) fn remove(&mut self, place: usize) {
        if self.near.0 != place / WIDTH {
            self.go_to(place / WIDTH);
        }
        let bit = 1 << (place % WIDTH);
        self.len -= usize::from(self.near.1 & bit != 0);
        self.near.1 &= !bit;
    }

    fn go_to(&mut self, number: usize) {
        let word = self.far.remove(&number).unwrap_or(0);
        let (old, word) = mem::replace(&mut self.near, (number, word));
        if word != 0 {
            self.far.insert(old, word);
        }
    }

    /// The places, in their order.
    pub(super) fn places(&self) -> Vec<usize> {
        let (number, word) = self.near;
        let before = self.far.range(..number).chain([(&number, &word)]);
        let of_word = |(number, word): (&usize, &u64)| {
            let (first, word) = (number * WIDTH, *word);
            (0..WIDTH).filter(move |bit| word & 1 << bit != 0).map(move |bit| first + bit)
        };
        before.chain(self.far.range(number + 1..)).flat_map(of_word).collect()
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
        assert_eq!((roster.len(), roster.far.len()), (1, 1));
    }
}
