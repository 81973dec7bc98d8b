//! How the end of a child reaches its scope and its handle.

use super::{
    child::{Birth, ChildEnd},
    gate::Gate,
    output::ChildOutput,
};
use crate::{
    engine::joint::Post,
    outcome::{Cancelled, Cause, Failure, Outcome, Panic, Reason, catch},
    sync::{
        Lock,
        atomic::{AtomicBool, Ordering},
    },
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::{boxed::Box, sync::Arc};
use core::{
    marker::PhantomData,
    mem,
    task::{Context, Poll, Waker},
};

/// What is known of a child, by its handle.
///
/// # States
///
/// ```text
///  running ──1──▶ completed ──2──▶ taken       1 it has returned a value      2 its handle has it
///     ├─────3──▶ failed                        3 it has failed; its scope has the failure
///     └─────4──▶ gone                          4 it was dropped before its end
/// ```
#[derive(Debug)]
pub(super) struct Report<V> {
    pub(super) birth: Birth,
    pub(super) gate: Arc<Gate>,
    /// Whether the child has ended: changed with the state, under its lock, and read without.
    ended: AtomicBool,
    state: Lock<State<V>>,
}

#[derive(Debug)]
struct State<V> {
    end: End<V>,
    /// Why the handle asked for the end, if it did, or why the child was dropped.
    reason: Option<Box<Reason>>,
}

#[derive(Debug)]
enum End<V> {
    /// With whoever awaits the handle, and whether that is gone.
    Running {
        waiter: Option<Waker>,
        alone: bool,
    },
    Completed(V),
    Taken,
    /// The scope knows how, and ends, or goes on without it.
    Failed(Fault),
    Gone,
}

/// Why a child has no value, where the scope knows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// It has failed.
    Failure,
    /// A runtime has lost it.
    Loss,
}

impl Fault {
    /// For what a handle takes it.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::Failure => Reason::SiblingFailed,
            Self::Loss => Reason::RuntimeGone,
        }
    }
}

/// What a handle is told.
pub(super) enum Told<V> {
    /// The child's value.
    Completed(V),
    /// That it has the value already.
    Taken,
    /// That it has failed, or was lost.
    Failed(Fault),
    /// The child was cancelled.
    Cancelled(Cancelled),
}

impl<V> Report<V> {
    pub(super) fn new(birth: Birth, gate: Arc<Gate>) -> Self {
        Self {
            birth,
            gate,
            ended: AtomicBool::new(false),
            state: Lock::new(State {
                end: End::Running { waiter: None, alone: false },
                reason: None,
            }),
        }
    }

    /// The child was refused, and will be dropped.
    pub(super) fn refuse(&self, reason: Reason) {
        let reason = Some(Box::new(reason));
        self.state.with(|state| state.reason = reason);
    }

    /// Whether the child has ended.
    pub(super) fn is_finished(&self) -> bool {
        // Acquire: pairs with the Release in `set_ended`.
        self.ended.load(Ordering::Acquire)
    }

    /// Moves on from running, under the lock of the state. Returns a value that there is nobody to
    /// take, and who waits.
    #[inline]
    fn end(&self, state: &mut State<V>, mut end: End<V>) -> (Option<V>, Option<Waker>) {
        let End::Running { waiter, alone } = &mut state.end else { return (end.take(), None) };
        let (waiter, alone) = (waiter.take(), *alone);
        let surplus = if alone { end.take() } else { None };
        state.end = end;
        // Release: pairs with the Acquire in `is_finished`.
        self.ended.store(true, Ordering::Release);
        (surplus, waiter)
    }

    /// Waits for the end.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Told<V>> {
        if self.is_finished() {
            let told = self.state.with(State::tell);
            return Poll::Ready(told.expect("who has ended tells how"));
        }
        // Foreign code before the lock, and after it.
        let mut new = Some(cx.waker().clone());
        let (told, old) = self.state.with(|state| match &mut state.end {
            End::Running { waiter, .. } => (None, mem::replace(waiter, new.take())),
            _ => (state.tell(), None),
        });
        drop((new, old));
        told.map_or(Poll::Pending, Poll::Ready)
    }

    /// Asks for the child's end, unless that was done or it has ended.
    pub(super) fn cancel(&self, reason: Reason) {
        #[cfg(feature = "std")]
        let told = self.gate.observed().map(|scope| (scope, reason.clone()));
        let mut reason = Some(Box::new(reason));
        self.state.with(|state| {
            if state.reason.is_none() && matches!(state.end, End::Running { .. }) {
                state.reason = reason.take();
            }
        });
        let first = reason.is_none();
        if first {
            #[cfg(feature = "std")]
            if let Some((scope, reason)) = told {
                scope.child_cancelled(self.birth.id(), reason);
            }
            self.gate.cancel(self.birth.number());
        }
    }

    /// The handle is gone. Returns what nobody will take, and who does not wait any more.
    pub(super) fn abandon(&self) -> (Option<V>, Option<Waker>) {
        self.state.with(|state| match &mut state.end {
            End::Running { waiter, alone } => {
                *alone = true;
                (None, waiter.take())
            }
            End::Completed(_) => (state.end.take(), None),
            End::Taken | End::Failed(_) | End::Gone => (None, None),
        })
    }

    /// The child was dropped. If it had not ended, it never will.
    fn dropped(&self) {
        if self.is_finished() {
            // Whoever waited was woken by the end.
            return;
        }
        let why = Box::new(self.gate.why());
        let (waiter, _surplus) = self.state.with(|state| {
            let waiter = self.end(state, End::Gone).1;
            let surplus = match state.reason {
                Some(_) => Some(why),
                None => state.reason.replace(why),
            };
            (waiter, surplus)
        });
        // The child's destructor may be panicking.
        if let Err(panic) = catch(|| waiter.map(Waker::wake)) {
            panic.resume_unless_panicking();
        }
    }

    /// The child has returned a value. Returns it if there is nobody to take it.
    #[inline]
    fn complete(&self, value: V) -> Option<V> {
        let (surplus, waiter) = self.state.with(|state| self.end(state, End::Completed(value)));
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        surplus
    }

    /// The child has failed, or was lost.
    fn fail(&self, fault: Fault) {
        let (_, waiter) = self.state.with(|state| self.end(state, End::Failed(fault)));
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// The end of a child that did what it was for.
    fn fine<E>(&self) -> ChildEnd<E> {
        ChildEnd::new(self.birth.rank(), None)
    }

    /// The end of a child that failed.
    fn failed<E>(&self, cause: Cause<E>) -> ChildEnd<E> {
        ChildEnd::new(self.birth.rank(), Some(self.birth.failure(cause)))
    }
}

impl<V> End<V> {
    /// Takes the value, if there is one.
    #[inline]
    fn take(&mut self) -> Option<V> {
        match mem::replace(self, Self::Taken) {
            Self::Completed(value) => Some(value),
            end => {
                *self = end;
                None
            }
        }
    }
}

impl<V> State<V> {
    /// What a handle is told, if the child has ended.
    #[inline]
    fn tell(&mut self) -> Option<Told<V>> {
        Some(match &self.end {
            End::Running { .. } => return None,
            End::Completed(_) => return self.end.take().map(Told::Completed),
            End::Taken => Told::Taken,
            End::Failed(fault) => Told::Failed(*fault),
            End::Gone => {
                let reason = self.reason.as_deref().cloned();
                Told::Cancelled(Cancelled::new(reason.unwrap_or(Reason::Dropped)))
            }
        })
    }
}

/// The post of a child whose failure is the scope's.
#[derive(Debug)]
pub(super) struct Regular<V, E> {
    report: Report<V>,
    error: PhantomData<fn() -> E>,
}

impl<V, E> Regular<V, E> {
    pub(super) fn new(report: Report<V>) -> Self {
        Self { report, error: PhantomData }
    }

    pub(super) fn report(&self) -> &Report<V> {
        &self.report
    }
}

impl<O: ChildOutput<E, Value = V>, V, E> Post<O> for Regular<V, E> {
    type End = ChildEnd<E>;
    type Id = Birth;

    fn id(&self) -> &Birth {
        &self.report.birth
    }

    #[inline]
    fn deliver(&self, output: O) -> ChildEnd<E> {
        match output.into_result() {
            Ok(value) => {
                // What nobody will take is dropped while the child may still panic for it.
                drop(self.report.complete(value));
                self.report.fine()
            }
            Err(error) => {
                self.report.fail(Fault::Failure);
                self.report.failed(Cause::Error(error))
            }
        }
    }

    fn panicked(&self, panic: Panic) -> ChildEnd<E> {
        let lost = panic.is_loss();
        let fault = if lost { Fault::Loss } else { Fault::Failure };
        if let Err(second) = catch(|| self.report.fail(fault)) {
            // A child has one end, and that was its first panic.
            second.discard();
        }
        if lost {
            return ChildEnd::lost(self.report.birth.rank());
        }
        self.report.failed(Cause::Panic(panic))
    }

    fn dropped(&self) {
        self.report.dropped();
    }
}

/// The post of a child whose failure is its handle's.
#[derive(Debug)]
pub(super) struct Owned<T, E>(pub(super) Report<Outcome<Result<T, E>>>);

impl<T, E> Owned<T, E> {
    pub(super) fn report(&self) -> &Report<Outcome<Result<T, E>>> {
        &self.0
    }
}

impl<T, E> Post<Result<T, E>> for Owned<T, E> {
    type End = ChildEnd<E>;
    type Id = Birth;

    fn id(&self) -> &Birth {
        &self.0.birth
    }

    fn deliver(&self, output: Result<T, E>) -> ChildEnd<E> {
        self.0.leave(Outcome::Completed(output))
    }

    fn panicked(&self, panic: Panic) -> ChildEnd<E> {
        match catch(|| self.0.leave(Outcome::of_panic(panic))) {
            Ok(end) => end,
            Err(second) => {
                // Of a waker, to which the handle is no more than a guest.
                second.discard();
                self.0.fine()
            }
        }
    }

    fn dropped(&self) {
        self.0.dropped();
    }
}

impl<T, E> Report<Outcome<Result<T, E>>> {
    /// Leaves the outcome for the handle. If there is none any more, a failure is the scope's.
    fn leave(&self, outcome: Outcome<Result<T, E>>) -> ChildEnd<E> {
        let rank = self.birth.rank();
        #[cfg(feature = "std")]
        if let Some(child) = outcome.is_failure().then(|| self.observed()).flatten() {
            child.failed();
        }
        match self.complete(outcome) {
            Some(Outcome::Cancelled(_)) => ChildEnd::lost(rank),
            surplus => ChildEnd::new(rank, surplus.and_then(|outcome| self.failure(outcome))),
        }
    }

    /// The handle is dropped. Returns the failure that nobody has looked at.
    pub(super) fn disown(&self) -> Option<Failure<E>> {
        let (outcome, _waiter) = self.abandon();
        self.failure(outcome?)
    }

    /// The child, if somebody looks on.
    #[cfg(feature = "std")]
    fn observed(&self) -> Option<crate::observe::ObservedChild> {
        self.gate.observed()?.child(self.birth.id())
    }

    /// The failure in an outcome.
    fn failure(&self, outcome: Outcome<Result<T, E>>) -> Option<Failure<E>> {
        match outcome {
            Outcome::Completed(Err(error)) => Some(self.birth.failure(Cause::Error(error))),
            Outcome::Panicked(panic) => Some(self.birth.failure(Cause::Panic(panic))),
            Outcome::Completed(Ok(_)) | Outcome::Cancelled(_) => None,
        }
    }
}
