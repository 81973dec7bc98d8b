//! The probe itself.

use super::{
    Controller,
    record::{Record, Step},
};
use crate::lock::Lock;
use std::{
    fmt,
    future::Future,
    marker::PhantomPinned,
    mem, ptr,
    sync::Arc,
    task::{Context, Poll},
    thread,
};

/// A future that does as it is told, and records what is done to it.
///
/// How it ends is said when it is made ([`ready`](Self::ready), [`pending`](Self::pending),
/// [`yields`](Self::yields)) or later, through its [`Controller`]. What else it does is added to
/// it: a panic in a poll, a panic in its drop, a closure to run in either.
///
/// It is not `Unpin`, and knows its address: a probe that is moved after its first poll panics in
/// the next poll or drop, and so does a probe that is polled after its end. Since the code under
/// test may well catch that panic, a test ends with
/// [`assert_sound`](Controller::assert_sound).
///
/// # Cancel safety
///
/// Dropping it early drops the value that it was given, and the drop is recorded.
///
/// # Examples
///
/// A child that is dropped where it was polled, but not before its time:
///
/// ```
/// use ringfence_test::{CountingWaker, Probe, poll_once};
///
/// let child = Probe::<()>::pending();
/// let control = child.controller();
/// let mut child = Box::pin(child);
///
/// assert!(poll_once(child.as_mut(), &CountingWaker::new().waker()).is_pending());
/// assert_eq!((control.polls(), control.is_dropped()), (1, false));
/// drop(child);
/// assert!(control.is_dropped());
/// control.assert_sound();
/// ```
#[must_use = "a probe records nothing unless it is polled"]
pub struct Probe<T> {
    /// All state is shared, so that the controller sees it while the probe is pinned elsewhere.
    record: Arc<Lock<Record<T>>>,
    _pinned: PhantomPinned,
}

impl<T> Probe<T> {
    /// Returns a probe that ends with `value` in its first poll.
    pub fn ready(value: T) -> Self {
        Self::yields(0, value)
    }

    /// Returns a probe that stays pending until its controller completes it.
    pub fn pending() -> Self {
        Self::from_record(Record::new(0, None))
    }

    /// Returns a probe that wakes itself in each of its first `times` polls, and then ends.
    pub fn yields(times: usize, value: T) -> Self {
        Self::from_record(Record::new(times, Some(value)))
    }

    /// Panics in poll number `poll`, counted from one.
    ///
    /// The poll panics instead of what it would do, with the message `probe panics on poll`.
    pub fn panics_on_poll(self, poll: usize) -> Self {
        self.with(|record| record.panicking_poll = Some(poll))
    }

    /// Panics when it is dropped, with the message `probe panics on drop`.
    ///
    /// During another panic, such a drop aborts the process, as any panic would.
    pub fn panics_on_drop(self) -> Self {
        self.with(|record| record.panics_on_drop = true)
    }

    /// Runs `hook` at the begin of each poll, with the number of the poll, counted from one.
    ///
    /// A poll that is a [`Fault`](crate::Fault) does not run it.
    pub fn on_poll(self, hook: impl FnMut(usize) + Send + 'static) -> Self {
        self.with(|record| record.on_poll = Some(Box::new(hook)))
    }

    /// Runs `hook` when it is dropped.
    pub fn on_drop(self, hook: impl FnOnce() + Send + 'static) -> Self {
        self.with(|record| record.on_drop = Some(Box::new(hook)))
    }

    /// Returns a controller of this probe; there may be any number.
    pub fn controller(&self) -> Controller<T> {
        Controller::new(Arc::clone(&self.record))
    }

    fn from_record(record: Record<T>) -> Self {
        Self { record: Arc::new(Lock::new(record)), _pinned: PhantomPinned }
    }

    fn with(self, change: impl FnOnce(&mut Record<T>)) -> Self {
        self.record.with(change);
        self
    }
}

impl<T> Future for Probe<T> {
    type Output = T;

    fn poll(self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let place = ptr::from_ref(&*self).addr();
        let waker = Some(Arc::new(cx.waker().clone()));
        let (number, old, hook) = self.record.with(|record| {
            (record.poll_at(place), mem::replace(&mut record.waker, waker), record.on_poll.take())
        });
        // The waker's drop is foreign code, which the lock must not see.
        drop(old);
        let number = match number {
            Ok(number) => number,
            Err(fault) => panic!("{fault}"),
        };
        if let Some(mut hook) = hook {
            hook(number);
            self.record.with(|record| record.on_poll = Some(hook));
        }
        match self.record.with(|record| record.step(number)) {
            Step::End(output) => Poll::Ready(output),
            Step::Stay => Poll::Pending,
            Step::Yield => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Panic => panic!("probe panics on poll"),
        }
    }
}

impl<T> Drop for Probe<T> {
    fn drop(&mut self) {
        let place = ptr::from_ref(self).addr();
        let (fault, hook, owned, panics) = self.record.with(|record| {
            let owned = (record.output.take(), record.on_poll.take());
            (record.drop_at(place), record.on_drop.take(), owned, record.panics_on_drop)
        });
        // The value and the closure go with the probe, not with the last controller.
        drop(owned);
        if let Some(hook) = hook {
            hook();
        }
        match fault {
            // The fault is recorded. During a panic, one more would take the process with it.
            Some(fault) if !thread::panicking() => panic!("{fault}"),
            _ if panics => panic!("probe panics on drop"),
            _ => {}
        }
    }
}

impl<T> fmt::Debug for Probe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.controller().fmt_as("Probe", f)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Fault, Probe, Stepper, Tally};
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::mpsc,
        task::Poll,
    };

    fn message_of<R>(act: impl FnOnce() -> R) -> String {
        let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { panic!("nothing panicked") };
        match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
        }
    }

    #[test]
    fn a_ready_probe_ends_in_its_first_poll() {
        let probe = Probe::ready(3);
        let control = probe.controller();
        assert_eq!(Stepper::new(probe).step(), Poll::Ready(3));
        assert_eq!((control.polls(), control.wakes(), control.drops()), (1, 0, 1));
    }

    #[test]
    fn a_yielding_probe_wakes_itself_in_each_poll_but_the_last() {
        let probe = Probe::yields(2, 'x');
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        assert_eq!(stepper.wakes(), 1);
        assert!(stepper.step().is_pending());
        assert_eq!(stepper.step(), Poll::Ready('x'));
        assert!(!stepper.is_woken());
        assert_eq!((control.polls(), control.wakes()), (3, 2));
    }

    #[test]
    fn a_probe_panics_on_the_poll_that_it_was_told_and_must_not_be_polled_again() {
        let probe = Probe::yields(5, ()).panics_on_poll(2);
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        assert_eq!(message_of(|| stepper.step()), "probe panics on poll");
        assert_eq!(control.faults(), []);
        assert_eq!(message_of(|| stepper.step()), Fault::PolledAfterEnd.to_string());
    }

    #[test]
    fn a_probe_panics_on_drop_and_the_drop_is_recorded() {
        let probe = Probe::ready(()).panics_on_drop();
        let control = probe.controller();
        assert_eq!(message_of(|| drop(probe)), "probe panics on drop");
        assert_eq!(control.drops(), 1);
    }

    #[test]
    fn a_poll_after_the_end_is_a_fault() {
        let probe = Probe::ready(());
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_ready());
        assert_eq!(message_of(|| stepper.step()), Fault::PolledAfterEnd.to_string());
        drop(stepper);
        assert_eq!(control.faults(), [Fault::PolledAfterEnd]);
        assert_eq!(message_of(|| control.assert_sound()), "faults: [PolledAfterEnd]");
    }

    #[test]
    fn hooks_run_on_each_poll_and_on_drop() {
        let (poll, polls) = mpsc::channel();
        let end = poll.clone();
        let probe = Probe::yields(1, ())
            .on_poll(move |number| poll.send(number).unwrap())
            .on_drop(move || end.send(0).unwrap());
        let mut stepper = Stepper::new(probe);
        assert!(stepper.run_until_stalled().is_ready());
        drop(stepper);
        assert_eq!(polls.into_iter().collect::<Vec<_>>(), [1, 2, 0]);
    }

    #[test]
    fn a_hook_may_use_the_controller() {
        let probe = Probe::pending();
        let control = probe.controller();
        let probe = probe.on_poll(move |_| assert!(control.complete(9)));
        assert_eq!(Stepper::new(probe).step(), Poll::Ready(9));
    }

    #[test]
    fn a_panic_in_a_hook_ends_the_probe() {
        let probe = Probe::ready(()).on_poll(|_| panic!("hooked"));
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert_eq!(message_of(|| stepper.step()), "hooked");
        assert!(control.has_ended());
        assert_eq!(message_of(|| stepper.step()), Fault::PolledAfterEnd.to_string());
    }

    #[test]
    fn a_value_that_was_not_returned_is_dropped_with_the_probe() {
        let tally = Tally::new();
        let probe = Probe::ready(tally.count(()));
        let control = probe.controller();
        drop(probe);
        tally.assert_all_dropped_once();
        control.assert_sound();
    }

    #[test]
    fn a_probe_may_move_before_its_first_poll() {
        let moved = Box::new(Probe::ready(()));
        let control = moved.controller();
        assert!(Stepper::new(*moved).step().is_ready());
        control.assert_sound();
    }

    /// Moves a future that is pinned, as only unsound code can: a probe is moved between two
    /// polls by telling its record of another place.
    #[test]
    fn a_poll_or_a_drop_in_another_place_is_a_fault() {
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut stepper = Stepper::new(probe);
        assert!(stepper.step().is_pending());
        stepper.future().record.with(|record| record.place = Some(0));
        assert_eq!(message_of(|| stepper.step()), Fault::Moved.to_string());
        assert_eq!(message_of(|| drop(stepper)), Fault::Moved.to_string());
        assert_eq!(control.faults(), [Fault::Moved; 2]);
    }

    #[test]
    fn a_probe_is_not_unpin() {
        trait AmbiguousIfUnpin<Mark> {
            fn check() {}
        }
        impl<X> AmbiguousIfUnpin<()> for X {}
        impl<X: Unpin> AmbiguousIfUnpin<u8> for X {}
        <Probe<()> as AmbiguousIfUnpin<_>>::check();
    }

    #[test]
    fn probe_and_controller_are_send_when_the_value_is() {
        fn send<X: Send>(_: &X) {}
        let probe = Probe::ready(1);
        send(&probe);
        send(&probe.controller());
    }
}
