//! Places that somebody has.

use super::Limiter;
use core::{fmt, mem};

/// Places of a [`Limiter`], which are given back when this is dropped.
///
/// It owns its limiter, and may go wherever the work goes.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Limiter, block_on};
///
/// let limiter = Limiter::new(3);
/// let permit = block_on(limiter.acquire(2));
/// assert_eq!((permit.weight(), limiter.available()), (2, 1));
/// drop(permit);
/// assert_eq!(limiter.available(), 3);
/// ```
#[must_use = "places that are dropped are given back at once"]
pub struct Permit {
    limiter: Limiter,
    weight: usize,
}

impl Permit {
    pub(super) fn new(limiter: Limiter, weight: usize) -> Self {
        Self { limiter, weight }
    }

    /// Returns how many places it has.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Takes in the places of another permit of the same limiter.
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.weight += mem::take(&mut other.weight);
    }

    /// Gives places back, but for `weight` of them.
    pub(crate) fn keep(&mut self, weight: usize) {
        let surplus = self.weight.saturating_sub(weight);
        self.weight -= surplus;
        if surplus > 0 {
            self.limiter.give_back(surplus);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.keep(0);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("weight", &self.weight).finish_non_exhaustive()
    }
}
