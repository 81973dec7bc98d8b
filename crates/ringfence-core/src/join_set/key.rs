//! The name of a child in a set.

use crate::engine::ready::Slot;
use core::fmt;

/// The name of a child in a [`JoinSet`](crate::JoinSet).
///
/// It never names a later child of the same set, although slots are used again. Keys of different
/// sets must not be mixed up: a set cannot tell them apart.
///
/// # Examples
///
/// ```
/// use ringfence_core::{JoinSet, Key};
/// use std::{collections::HashMap, future::ready};
///
/// let mut set = JoinSet::new();
/// let mut hosts: HashMap<Key, &str> = HashMap::new();
/// hosts.insert(set.insert(ready(200)), "a.example");
/// hosts.insert(set.insert(ready(404)), "b.example");
/// let (key, outcome) = set.try_next().unwrap();
/// assert_eq!((hosts[&key], outcome.ok()), ("a.example", Some(200)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    slot: Slot,
    /// How often the slot was used before.
    generation: u64,
}

impl Key {
    /// Returns the number of the child's slot.
    ///
    /// Slots are used again, so this names a child only among those that are in the set together.
    /// In a set that was collected from an iterator, as in what [`wait`](crate::wait()) returns, it
    /// is the place of the child in what the iterator yielded, until others are taken in.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, until, wait};
    /// use std::future::ready;
    ///
    /// let waited = block_on(wait((0..100).map(ready), until::AllCompleted));
    /// assert!(waited.done.into_iter().all(|(key, end)| end.ok() == Some(key.index())));
    /// ```
    #[inline]
    pub fn index(self) -> usize {
        self.slot.index()
    }

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
        write!(f, "Key({}.{})", self.index(), self.generation)
    }
}
