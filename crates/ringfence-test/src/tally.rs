//! Values whose drops are counted.

use crate::lock::Lock;
use std::{fmt, ops::Deref, sync::Arc};

/// Makes values, and counts their drops.
///
/// A value that a library moves through its slots must come out once: not leaked, not dropped
/// twice. A `Tally` knows.
///
/// # Examples
///
/// ```
/// use ringfence_test::Tally;
///
/// let tally = Tally::new();
/// let values = vec![tally.count("a"), tally.count("b")];
/// assert_eq!((tally.made(), tally.dropped(), tally.alive()), (2, 0, 2));
/// assert_eq!(*values[1], "b");
/// drop(values);
/// assert_eq!(tally.drop_order(), [0, 1]);
/// tally.assert_all_dropped_once();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tally {
    ledger: Arc<Lock<Ledger>>,
}

impl Tally {
    /// Returns a tally without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a value that is counted, with `value` in it.
    pub fn count<V>(&self, value: V) -> Counted<V> {
        self.make(value, OnDrop::Count)
    }

    /// Makes a value that is counted, and that panics when it is dropped.
    ///
    /// The drop counts. During another panic, such a drop aborts the process, as any panic would.
    pub fn bomb<V>(&self, value: V) -> Counted<V> {
        self.make(value, OnDrop::CountAndPanic)
    }

    fn make<V>(&self, value: V, on_drop: OnDrop) -> Counted<V> {
        let index = self.ledger.with(|ledger| {
            ledger.drops.push(0);
            ledger.drops.len() - 1
        });
        Counted { value, index, on_drop, ledger: Arc::clone(&self.ledger) }
    }

    /// Returns how many values were made.
    pub fn made(&self) -> usize {
        self.ledger.with(|ledger| ledger.drops.len())
    }

    /// Returns how many drops there were.
    pub fn dropped(&self) -> usize {
        self.ledger.with(|ledger| ledger.order.len())
    }

    /// Returns how many values are alive: made, and not dropped.
    pub fn alive(&self) -> usize {
        self.ledger.with(|ledger| ledger.drops.iter().filter(|drops| **drops == 0).count())
    }

    /// Returns the values in the order of their drops, as numbers in the order of their making.
    pub fn drop_order(&self) -> Vec<usize> {
        self.ledger.with(|ledger| ledger.order.clone())
    }

    /// Asserts that each value that was made was dropped, and once.
    ///
    /// # Panics
    ///
    /// If a value was leaked, or is still alive, or was dropped more than once.
    #[track_caller]
    pub fn assert_all_dropped_once(&self) {
        let drops = self.ledger.with(|ledger| ledger.drops.clone());
        let wrong: Vec<_> = drops.iter().enumerate().filter(|(_, drops)| **drops != 1).collect();
        assert!(wrong.is_empty(), "not dropped exactly once (value, drops): {wrong:?}");
    }
}

/// What a tally and its values share.
#[derive(Debug, Default)]
struct Ledger {
    /// For each value, how often it was dropped.
    drops: Vec<usize>,
    /// The values, as they were dropped.
    order: Vec<usize>,
}

/// A value whose drop is counted by its [`Tally`].
///
/// # Examples
///
/// ```
/// use ringfence_test::{Counted, Tally};
///
/// let tally = Tally::new();
/// let value: Counted<&str> = tally.count("a");
/// assert_eq!((*value, value.index()), ("a", 0));
/// ```
pub struct Counted<V> {
    value: V,
    index: usize,
    on_drop: OnDrop,
    ledger: Arc<Lock<Ledger>>,
}

#[derive(Clone, Copy)]
enum OnDrop {
    Count,
    CountAndPanic,
}

impl<V> Counted<V> {
    /// Returns the number of this value, in the order of making, from zero.
    pub fn index(&self) -> usize {
        self.index
    }
}

impl<V> Deref for Counted<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> Drop for Counted<V> {
    fn drop(&mut self) {
        self.ledger.with(|ledger| {
            ledger.drops[self.index] += 1;
            ledger.order.push(self.index);
        });
        if let OnDrop::CountAndPanic = self.on_drop {
            panic!("counted value {} panics on drop", self.index);
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for Counted<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counted").field(&self.index).field(&self.value).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_value_is_alive_until_it_is_dropped() {
        let tally = Tally::new();
        let value = tally.count(5);
        assert_eq!((value.index(), *value, tally.alive(), tally.dropped()), (0, 5, 1, 0));
        drop(value);
        assert_eq!((tally.made(), tally.alive(), tally.dropped()), (1, 0, 1));
    }

    #[test]
    fn drops_are_kept_in_their_order() {
        let tally = Tally::new();
        let [a, b, c] = [(); 3].map(|()| tally.count(()));
        drop((b, c, a));
        assert_eq!(tally.drop_order(), [1, 2, 0]);
    }

    #[test]
    fn a_leaked_value_is_not_dropped_exactly_once() {
        let tally = Tally::new();
        let kept = tally.count(());
        assert!(catch_unwind(AssertUnwindSafe(|| tally.assert_all_dropped_once())).is_err());
        drop(kept);
        tally.assert_all_dropped_once();
    }

    #[test]
    fn a_bomb_counts_and_panics() {
        let tally = Tally::new();
        let bomb = tally.bomb(());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(bomb))).is_err());
        tally.assert_all_dropped_once();
    }
}
