//! A future whose every step is noted.

use super::Trace;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

/// A future whose polls, wakes, end and drop are noted, as [`Trace::watch`] returns it.
///
/// Its wakes are those of the waker that it polls with, whoever calls it, also after its end.
///
/// # Cancel safety
///
/// As that of the future in it.
///
/// # Examples
///
/// ```
/// use ringfence_core::gather;
/// use ringfence_test::{Probe, Trace, Watched, run};
///
/// let trace = Trace::new();
/// let [a, b]: [Watched<_>; 2] = ["a", "b"].map(|name| trace.watch(name, Probe::ready(name)));
/// assert_eq!(run(0, gather((a, b))), ("a", "b"));
/// assert_eq!(trace.take(), ["poll a", "end a", "drop a", "poll b", "end b", "drop b"]);
/// ```
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Watched<F> {
    trace: Trace,
    name: String,
    /// None once it is dropped: before the line that says so.
    future: Option<Pin<Box<F>>>,
    /// The waker of the last poll, and what stands for it.
    waker: Option<(Waker, Waker)>,
}

impl<F: Future> Watched<F> {
    pub(super) fn new(trace: Trace, name: String, future: F) -> Self {
        Self { trace, name, future: Some(Box::pin(future)), waker: None }
    }
}

impl<F> Watched<F> {
    /// Returns the waker to poll with: the same for the same waker, as wakers are compared.
    fn waker(&mut self, outer: &Waker) -> Waker {
        if let Some((last, noting)) = &self.waker {
            if last.will_wake(outer) {
                return noting.clone();
            }
        }
        let (trace, name) = (self.trace.clone(), self.name.clone());
        let noting = Waker::from(Arc::new(NotingWaker { trace, name, waker: outer.clone() }));
        self.waker = Some((outer.clone(), noting.clone()));
        noting
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let waker = this.waker(cx.waker());
        this.trace.note(format!("poll {}", this.name));
        let panicking = Panicking { trace: &this.trace, name: &this.name };
        let future = this.future.as_mut().expect("it is there until the drop");
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        std::mem::forget(panicking);
        if polled.is_ready() {
            this.trace.note(format!("end {}", this.name));
        }
        polled
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        // The line is there also if the drop panics.
        self.trace.note(format!("drop {}", self.name));
        self.future = None;
    }
}

impl<F> fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Notes a panic, if it is dropped.
struct Panicking<'a> {
    trace: &'a Trace,
    name: &'a str,
}

impl Drop for Panicking<'_> {
    fn drop(&mut self) {
        self.trace.note(format!("panic {}", self.name));
    }
}

/// A waker that notes its wakes, and passes them on.
struct NotingWaker {
    trace: Trace,
    name: String,
    waker: Waker,
}

impl Wake for NotingWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.trace.note(format!("wake {}", self.name));
        self.waker.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use crate::{CountingWaker, Probe, Stepper, Trace};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn polls_wakes_end_and_drop_are_noted_in_their_order() {
        let trace = Trace::new();
        let probe = Probe::pending();
        let control = probe.controller();
        let mut watched = Stepper::new(trace.watch("a", probe));
        assert!(watched.step().is_pending());
        control.complete(1);
        assert!(watched.is_woken());
        assert!(watched.step().is_ready());
        control.wake();
        drop(watched);
        assert_eq!(trace.take(), ["poll a", "wake a", "poll a", "end a", "wake a", "drop a"]);
        control.assert_sound();
    }

    #[test]
    fn a_panic_is_noted_and_goes_on() {
        let trace = Trace::new();
        let mut watched = Stepper::new(trace.watch("a", Probe::ready(()).panics_on_poll(1)));
        assert!(catch_unwind(AssertUnwindSafe(|| watched.step())).is_err());
        assert_eq!(trace.take(), ["poll a", "panic a"]);
    }

    #[test]
    fn the_same_waker_stays_the_same_and_another_is_another() {
        let trace = Trace::new();
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut watched = Box::pin(trace.watch("a", probe));
        let (one, two) = (CountingWaker::new(), CountingWaker::new());
        let mut seen = Vec::new();
        for counter in [&one, &one, &two] {
            assert!(crate::poll_once(watched.as_mut(), &counter.waker()).is_pending());
            seen.push(control.waker().unwrap());
        }
        assert!(seen[0].will_wake(&seen[1]) && !seen[1].will_wake(&seen[2]));
        control.wake();
        assert_eq!((one.wakes(), two.wakes()), (0, 1));
    }
}
