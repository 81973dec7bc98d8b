//! A waker that counts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Wake, Waker},
};

/// Counts its wakes, and the wakers that others still hold.
///
/// All wakers of one `CountingWaker` [wake the same task](Waker::will_wake); those of two do not.
///
/// # Examples
///
/// ```
/// use ringfence_test::CountingWaker;
///
/// let counter = CountingWaker::new();
/// let waker = counter.waker();
/// let kept = waker.clone();
/// waker.wake();
/// assert_eq!(counter.wakes(), 1);
/// assert_eq!(counter.held(), 1);
/// drop(kept);
/// assert_eq!(counter.held(), 0);
/// ```
#[derive(Debug, Default)]
pub struct CountingWaker {
    wakes: Arc<Wakes>,
}

impl CountingWaker {
    /// Returns a counter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns one more waker of this counter.
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.wakes))
    }

    /// Returns how often its wakers were woken.
    pub fn wakes(&self) -> usize {
        // Acquire: pairs with the Release in `wake_by_ref`. Who has seen the count has seen what
        // was done before the wake.
        self.wakes.0.load(Ordering::Acquire)
    }

    /// Returns how often its wakers were woken since the last call, and starts again at zero.
    pub fn take_wakes(&self) -> usize {
        // Acquire: as in `wakes`.
        self.wakes.0.swap(0, Ordering::Acquire)
    }

    /// Returns how many of its wakers there are: made or cloned, and not yet dropped.
    pub fn held(&self) -> usize {
        Arc::strong_count(&self.wakes) - 1
    }
}

/// What the wakers share: every waker is one count of this `Arc`, which is how they are counted.
#[derive(Debug, Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the Acquire in `CountingWaker::wakes`.
        self.0.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wake_is_counted_by_value_and_by_reference() {
        let counter = CountingWaker::new();
        counter.waker().wake();
        counter.waker().wake_by_ref();
        assert_eq!(counter.wakes(), 2);
        assert_eq!(counter.take_wakes(), 2);
        assert_eq!(counter.wakes(), 0);
    }

    #[test]
    fn a_waker_is_held_until_its_last_clone_is_woken_or_dropped() {
        let counter = CountingWaker::new();
        assert_eq!(counter.held(), 0);
        let (first, second) = (counter.waker(), counter.waker());
        let third = second.clone();
        assert_eq!(counter.held(), 3);
        first.wake();
        drop(second);
        assert_eq!(counter.held(), 1);
        drop(third);
        assert_eq!(counter.held(), 0);
    }

    #[test]
    fn wakers_of_one_counter_wake_the_same_and_those_of_two_do_not() {
        let (one, two) = (CountingWaker::new(), CountingWaker::new());
        assert!(one.waker().will_wake(&one.waker()));
        assert!(!one.waker().will_wake(&two.waker()));
    }
}
