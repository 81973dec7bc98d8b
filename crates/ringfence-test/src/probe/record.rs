//! What a probe shall do, and what was done to it.

use std::{fmt, sync::Arc, task::Waker};

/// The state that a probe shares with its controllers.
pub(super) struct Record<T> {
    /// What the next poll after the last yield returns.
    pub(super) output: Option<T>,
    /// How many polls shall yet wake the probe and return `Pending`.
    pub(super) yields: usize,
    /// Which poll shall panic, from one.
    pub(super) panicking_poll: Option<usize>,
    pub(super) panics_on_drop: bool,
    /// Taken out while it runs.
    pub(super) on_poll: Option<OnPoll>,
    pub(super) on_drop: Option<OnDrop>,

    pub(super) polls: usize,
    pub(super) wakes: usize,
    pub(super) drops: usize,
    /// The waker of the last poll, in an `Arc` since its own clone is foreign code.
    pub(super) waker: Option<Arc<Waker>>,
    /// Where the probe was first polled, and must therefore stay.
    pub(super) place: Option<usize>,
    pub(super) phase: Phase,
    pub(super) faults: Vec<Fault>,
}

pub(super) type OnPoll = Box<dyn FnMut(usize) + Send>;
pub(super) type OnDrop = Box<dyn FnOnce() + Send>;

/// How far a probe has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Suspended,
    /// In a poll, or left by a panic of the hook: then this is the end, too.
    Polling,
    /// It has returned its output, or panicked: no further poll is allowed.
    Ended,
}

/// What a poll has to do, once the record is unlocked.
#[must_use]
pub(super) enum Step<T> {
    End(T),
    Yield,
    Stay,
    Panic,
}

impl<T> Record<T> {
    pub(super) fn new(yields: usize, output: Option<T>) -> Self {
        Self {
            output,
            yields,
            panicking_poll: None,
            panics_on_drop: false,
            on_poll: None,
            on_drop: None,
            polls: 0,
            wakes: 0,
            drops: 0,
            waker: None,
            place: None,
            phase: Phase::Suspended,
            faults: Vec::new(),
        }
    }

    /// Notes a poll at `place`, and returns its number, or what is wrong with it.
    pub(super) fn poll_at(&mut self, place: usize) -> Result<usize, Fault> {
        self.polls += 1;
        let first = *self.place.get_or_insert(place);
        if first != place {
            return Err(self.fault(Fault::Moved));
        }
        if self.phase != Phase::Suspended {
            return Err(self.fault(Fault::PolledAfterEnd));
        }
        self.phase = Phase::Polling;
        Ok(self.polls)
    }

    /// Decides what poll number `poll` does.
    pub(super) fn step(&mut self, poll: usize) -> Step<T> {
        self.phase = Phase::Ended;
        if self.panicking_poll == Some(poll) {
            return Step::Panic;
        }
        if self.yields > 0 {
            self.yields -= 1;
            self.wakes += 1;
            self.phase = Phase::Suspended;
            return Step::Yield;
        }
        let Some(output) = self.output.take() else {
            self.phase = Phase::Suspended;
            return Step::Stay;
        };
        Step::End(output)
    }

    /// Notes a drop at `place`, and returns what is wrong with it.
    pub(super) fn drop_at(&mut self, place: usize) -> Option<Fault> {
        self.drops += 1;
        if self.drops > 1 {
            return Some(self.fault(Fault::DroppedTwice));
        }
        if self.place.is_some_and(|first| first != place) {
            return Some(self.fault(Fault::Moved));
        }
        None
    }

    fn fault(&mut self, fault: Fault) -> Fault {
        self.faults.push(fault);
        fault
    }
}

/// What must never be done to a child.
///
/// # Examples
///
/// ```
/// use ringfence_test::{Fault, Probe, Stepper};
/// use std::panic::{AssertUnwindSafe, catch_unwind};
///
/// let probe = Probe::ready(1);
/// let control = probe.controller();
/// let mut careless = Stepper::new(probe);
/// assert!(careless.step().is_ready());
/// assert!(catch_unwind(AssertUnwindSafe(|| careless.step())).is_err());
/// assert_eq!(control.faults(), [Fault::PolledAfterEnd]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It was polled or dropped in another place than where it was first polled.
    Moved,
    /// It was polled after it had returned its output, or after it had panicked.
    PolledAfterEnd,
    /// It was dropped again.
    DroppedTwice,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Moved => "a probe was moved after its first poll",
            Fault::PolledAfterEnd => "a probe was polled after its end",
            Fault::DroppedTwice => "a probe was dropped twice",
        })
    }
}
