//! Polling a future by hand.

use crate::CountingWaker;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// Polls `future` once.
///
/// # Examples
///
/// ```
/// use ringfence_test::{CountingWaker, poll_once};
/// use std::{future::ready, pin::pin, task::Poll};
///
/// let counter = CountingWaker::new();
/// let future = pin!(ready(7));
/// assert_eq!(poll_once(future, &counter.waker()), Poll::Ready(7));
/// ```
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls a future step by step, and tells whether it was woken in between.
///
/// An executor polls when it is woken; a `Stepper` polls when the test says so, so that a test can
/// see a lost wake (ready, but not woken) and a spurious one (woken, but not ready).
///
/// # Examples
///
/// ```
/// use ringfence_test::{Probe, Stepper};
/// use std::task::Poll;
///
/// let mut child = Stepper::new(Probe::yields(1, "done"));
/// assert!(child.step().is_pending());
/// assert!(child.is_woken());
/// assert_eq!(child.step(), Poll::Ready("done"));
/// assert_eq!(child.steps(), 2);
/// ```
pub struct Stepper<F> {
    future: Pin<Box<F>>,
    waker: CountingWaker,
    /// Wakes that were seen by the last step.
    seen: usize,
    steps: usize,
}

/// So many steps in a row are no progress, but a future that wakes itself for ever.
const LIVELOCK: usize = 1_000_000;

impl<F: Future> Stepper<F> {
    /// Pins `future`, and polls it not yet.
    pub fn new(future: F) -> Self {
        Self { future: Box::pin(future), waker: CountingWaker::new(), seen: 0, steps: 0 }
    }

    /// Polls once, woken or not.
    ///
    /// # Panics
    ///
    /// If the future does: also when it has ended before, and does not bear another poll.
    pub fn step(&mut self) -> Poll<F::Output> {
        // Before the poll: a wake that comes during the poll asks for the next one.
        self.seen = self.waker.wakes();
        self.steps += 1;
        poll_once(self.future.as_mut(), &self.waker.waker())
    }

    /// Polls once, and then for as long as the future is woken and pending.
    ///
    /// # Panics
    ///
    /// If the future is woken a million times in a row, since then it always is.
    pub fn run_until_stalled(&mut self) -> Poll<F::Output> {
        for _ in 0..LIVELOCK {
            let end = self.step();
            if end.is_ready() || !self.is_woken() {
                return end;
            }
        }
        panic!("a future was polled {LIVELOCK} times, and is still woken");
    }

    /// Whether the future was woken since the last step began.
    pub fn is_woken(&self) -> bool {
        self.wakes() > 0
    }

    /// Returns how often the future was woken since the last step began.
    pub fn wakes(&self) -> usize {
        self.waker.wakes() - self.seen
    }

    /// Returns how often the future was polled.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Returns the waker that the next step polls with.
    pub fn waker(&self) -> &CountingWaker {
        &self.waker
    }

    /// Polls with another waker from now on, and returns the old one.
    ///
    /// A future must then wake the new one only, from the next step on.
    pub fn change_waker(&mut self) -> CountingWaker {
        self.seen = 0;
        std::mem::take(&mut self.waker)
    }

    /// Returns the future.
    pub fn future(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }
}

impl<F> fmt::Debug for Stepper<F> {
    // The future itself may be suspended and borrow from itself: it is not looked at.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepper").field("steps", &self.steps).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Probe;
    use std::future::{pending, poll_fn};

    #[test]
    fn a_step_is_one_poll() {
        let probe = Probe::yields(2, ());
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        assert_eq!((control.polls(), stepper.steps()), (1, 1));
    }

    #[test]
    fn a_wake_counts_from_the_begin_of_the_last_step() {
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(!stepper.is_woken());
        assert!(stepper.step().is_pending());
        assert!(!stepper.is_woken());
        control.wake();
        control.wake();
        assert_eq!(stepper.wakes(), 2);
        assert!(stepper.step().is_pending());
        assert!(!stepper.is_woken());
    }

    #[test]
    fn a_run_ends_when_the_future_is_ready_or_no_longer_woken() {
        assert_eq!(Stepper::new(Probe::yields(5, 1)).run_until_stalled(), Poll::Ready(1));
        let mut stalled = Stepper::new(pending::<()>());
        assert!(stalled.run_until_stalled().is_pending());
        assert_eq!(stalled.steps(), 1);
    }

    #[test]
    #[should_panic(expected = "still woken")]
    fn a_run_of_a_future_that_always_wakes_itself_panics() {
        let busy = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        let _ = Stepper::new(busy).run_until_stalled();
    }

    #[test]
    fn a_changed_waker_is_another_one() {
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        let old = stepper.change_waker();
        control.wake();
        assert_eq!((old.wakes(), stepper.wakes()), (1, 0));
        assert!(stepper.step().is_pending());
        control.wake();
        assert_eq!((old.wakes(), stepper.wakes()), (1, 1));
    }
}
