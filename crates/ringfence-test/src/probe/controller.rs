//! Who tells a probe what to do, and reads its record.

use super::record::{Fault, Phase, Record};
use crate::lock::Lock;
use std::{fmt, mem, sync::Arc, task::Waker};

/// Completes and wakes a [`Probe`](crate::Probe) from outside, and tells what was done to it.
///
/// It outlives the probe, and may be used from any thread.
///
/// # Examples
///
/// ```
/// use ringfence_test::{Probe, Stepper};
/// use std::task::Poll;
///
/// let probe = Probe::pending();
/// let control = probe.controller();
/// let mut probe = Stepper::new(probe);
/// assert!(probe.step().is_pending());
///
/// control.wake();
/// assert!(probe.is_woken());
/// assert!(probe.step().is_pending(), "woken, but not complete");
///
/// assert!(control.complete("late"));
/// assert_eq!(probe.step(), Poll::Ready("late"));
/// assert_eq!((control.polls(), control.wakes()), (3, 2));
/// ```
pub struct Controller<T> {
    record: Arc<Lock<Record<T>>>,
}

impl<T> Controller<T> {
    pub(super) fn new(record: Arc<Lock<Record<T>>>) -> Self {
        Self { record }
    }

    /// Makes the probe end with `value` in its next poll, and wakes it.
    ///
    /// Returns whether the probe takes the value: not if it has ended, or was dropped.
    pub fn complete(&self, value: T) -> bool {
        let taken = self.complete_silently(value);
        if taken {
            self.wake();
        }
        taken
    }

    /// Makes the probe end with `value` in its next poll, and does not wake it.
    ///
    /// Who polls the probe all the same polls children that were not woken.
    ///
    /// Returns whether the probe takes the value: not if it has ended, or was dropped.
    pub fn complete_silently(&self, value: T) -> bool {
        let mut value = Some(value);
        let taken = self.record.with(|record| {
            let taken = record.phase != Phase::Ended && record.drops == 0;
            if taken {
                // An earlier value comes back out, to be dropped unlocked.
                mem::swap(&mut record.output, &mut value);
            }
            taken
        });
        drop(value);
        taken
    }

    /// Wakes the waker of the last poll, also when the probe has ended or was dropped.
    ///
    /// Returns whether there is one: not before the first poll, nor after
    /// [`take_waker`](Self::take_waker).
    pub fn wake(&self) -> bool {
        let Some(waker) = self.waker() else { return false };
        self.record.with(|record| record.wakes += 1);
        waker.wake();
        true
    }

    /// Returns a clone of the waker of the last poll.
    pub fn waker(&self) -> Option<Waker> {
        let waker = self.record.with(|record| record.waker.clone());
        waker.map(Arc::unwrap_or_clone)
    }

    /// Takes the waker of the last poll, so that the probe holds none.
    pub fn take_waker(&self) -> Option<Waker> {
        let waker = self.record.with(|record| record.waker.take());
        waker.map(Arc::unwrap_or_clone)
    }

    /// Returns how often the probe was polled.
    pub fn polls(&self) -> usize {
        self.record.with(|record| record.polls)
    }

    /// Returns how often the probe was woken, by itself or by a controller.
    pub fn wakes(&self) -> usize {
        self.record.with(|record| record.wakes)
    }

    /// Returns how often the probe was dropped.
    pub fn drops(&self) -> usize {
        self.record.with(|record| record.drops)
    }

    /// Whether the probe was dropped.
    pub fn is_dropped(&self) -> bool {
        self.drops() > 0
    }

    /// Whether the probe has ended: returned its value, or panicked in a poll.
    ///
    /// During a poll, as a hook may ask, it counts as ended.
    pub fn has_ended(&self) -> bool {
        self.record.with(|record| record.phase != Phase::Suspended)
    }

    /// Returns what was wrongly done to the probe, in order.
    pub fn faults(&self) -> Vec<Fault> {
        self.record.with(|record| record.faults.clone())
    }

    /// Asserts that nothing was done to the probe that must not be.
    ///
    /// It was never moved after its first poll, never polled after its end, and it was dropped
    /// exactly once.
    ///
    /// # Panics
    ///
    /// If it was not, or is not dropped yet.
    #[track_caller]
    pub fn assert_sound(&self) {
        let (faults, drops) = self.record.with(|record| (record.faults.clone(), record.drops));
        assert!(faults.is_empty(), "faults: {faults:?}");
        assert_eq!(drops, 1, "a probe must be dropped exactly once");
    }

    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (polls, wakes, drops, phase) =
            self.record.with(|record| (record.polls, record.wakes, record.drops, record.phase));
        f.debug_struct(name)
            .field("polls", &polls)
            .field("wakes", &wakes)
            .field("drops", &drops)
            .field("phase", &phase)
            .finish_non_exhaustive()
    }
}

impl<T> Clone for Controller<T> {
    fn clone(&self) -> Self {
        Self { record: Arc::clone(&self.record) }
    }
}

impl<T> fmt::Debug for Controller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as("Controller", f)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Probe, Stepper, Tally};
    use std::task::Poll;

    #[test]
    fn a_completion_wakes_and_a_silent_one_does_not() {
        let probe = Probe::pending();
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        assert!(control.complete_silently(1));
        assert!(!stepper.is_woken());
        assert!(control.complete(2));
        assert!(stepper.is_woken());
        assert_eq!(stepper.step(), Poll::Ready(2));
        assert!(control.has_ended());
    }

    #[test]
    fn a_completion_before_the_first_poll_is_found_by_it() {
        let probe = Probe::pending();
        assert!(probe.controller().complete(1));
        assert_eq!(Stepper::new(probe).step(), Poll::Ready(1));
    }

    #[test]
    fn a_completion_after_end_or_drop_is_refused_and_its_value_dropped() {
        let tally = Tally::new();
        let ended = Probe::ready(tally.count(()));
        let dropped = Probe::pending();
        let controls = [ended.controller(), dropped.controller()];
        assert!(Stepper::new(ended).step().is_ready());
        drop(dropped);
        for control in controls {
            assert!(!control.complete(tally.count(())));
        }
        tally.assert_all_dropped_once();
    }

    #[test]
    fn a_stale_waker_can_be_woken_after_the_drop() {
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        assert!(!control.wake(), "not polled yet");
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        let counter = stepper.change_waker();
        drop(stepper);
        assert!(control.wake());
        assert_eq!(counter.wakes(), 1);
    }

    #[test]
    fn a_taken_waker_is_held_by_its_taker_only() {
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        assert_eq!(stepper.waker().held(), 1);
        let clone = control.waker();
        assert_eq!(stepper.waker().held(), 2);
        drop((clone, control.take_waker()));
        assert_eq!(stepper.waker().held(), 0);
        assert!(!control.wake());
    }

    #[test]
    #[should_panic(expected = "dropped exactly once")]
    fn a_probe_that_is_still_alive_is_not_sound() {
        let probe = Probe::ready(());
        probe.controller().assert_sound();
    }
}
