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
