//! How the end of a child reaches its scope and its handle.

use super::{gate::Gate, output::ChildOutput};
use crate::{
    engine::joint::Post,
    outcome::{Cancelled, Cause, ChildId, Failure, Label, Name, Outcome, Panic, Reason, catch},
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
    panic::Location,
    task::{Context, Poll, Waker},
};

/// Who a child is, for its scope and in messages.
#[derive(Clone, Debug)]
pub struct Birth {
    /// How many children the scope had numbered before.
    pub(super) number: u64,
    pub(super) name: Option<Name>,
    pub(super) location: &'static Location<'static>,
    pub(super) rank: Rank,
}

impl Birth {
    /// The child as it is shown to people.
    pub(super) fn label(&self) -> Label {
        Label { child: ChildId::new(self.number), name: self.name.clone() }
    }
}

/// Whether a scope stays open for a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    Regular,
    Daemon,
}

/// What the scope is told of the end of a child.
#[must_use]
#[derive(Debug)]
pub struct ChildEnd<E> {
    /// Whether the scope was open for it.
    pub(super) rank: Rank,
    /// The failure, if it failed and the failure is the scope's. In a box, so that the end of
    /// whoever has not failed is small.
    pub(super) failure: Option<Box<Failure<E>>>,
}

impl<E> ChildEnd<E> {
    /// The end of a child with a failure, or without one.
    #[inline]
    pub(super) fn new(rank: Rank, failure: Option<Failure<E>>) -> Self {
        Self { rank, failure: failure.map(Box::new) }
    }
}

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
    /// Whoever awaits the handle.
    waiter: Option<Waker>,
    /// Why the handle asked for the end, if it did.
    asked: Option<Reason>,
    /// Whether the handle is gone.
    alone: bool,
}

#[derive(Debug)]
enum End<V> {
    Running,
    Completed(V),
    Taken,
    Failed,
    Gone(Reason),
}

/// What a handle is told.
pub(super) enum Told<V> {
    /// The child's value.
    Completed(V),
    /// That it has the value already.
    Taken,
    /// The child has failed.
    Failed,
    /// The child was cancelled.
    Cancelled(Cancelled),
}

impl<V> Report<V> {
    pub(super) fn new(birth: Birth, gate: Arc<Gate>) -> Self {
        Self {
            birth,
            gate,
            ended: AtomicBool::new(false),
            state: Lock::new(State { end: End::Running, waiter: None, asked: None, alone: false }),
        }
    }

    /// The child was refused, and will be dropped.
    pub(super) fn refuse(&self, reason: Reason) {
        self.state.with(|state| state.asked = Some(reason));
    }

    /// Whether the child has ended.
    pub(super) fn is_finished(&self) -> bool {
        // Acquire: pairs with the Release in `set_ended`.
        self.ended.load(Ordering::Acquire)
    }

    /// Notes that the state is another than running. Called under its lock.
    #[inline]
    fn set_ended(&self) {
        // Release: pairs with the Acquire in `is_finished`.
        self.ended.store(true, Ordering::Release);
    }

    /// Waits for the end.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Told<V>> {
        if self.is_finished() {
            let told = self.state.with(State::tell);
            return Poll::Ready(told.expect("who has ended tells how"));
        }
        // Foreign code before the lock, and after it.
        let mut new = Some(cx.waker().clone());
        let (told, old) = self.state.with(|state| {
            let told = state.tell();
            let old =
                if told.is_none() { mem::replace(&mut state.waiter, new.take()) } else { None };
            (told, old)
        });
        drop((new, old));
        told.map_or(Poll::Pending, Poll::Ready)
    }

    /// Asks for the child's end, unless that was done or it has ended.
    pub(super) fn cancel(&self, reason: Reason) {
        let first = self.state.with(|state| {
            let first = state.asked.is_none() && matches!(state.end, End::Running);
            if first {
                state.asked = Some(reason);
            }
            first
        });
        if first {
            self.gate.cancel(self.birth.number);
        }
    }

    /// The handle is gone. Returns what nobody will take, and who does not wait any more.
    pub(super) fn abandon(&self) -> (Option<V>, Option<Waker>) {
        self.state.with(|state| {
            state.alone = true;
            let value = match mem::replace(&mut state.end, End::Taken) {
                End::Completed(value) => Some(value),
                end => {
                    state.end = end;
                    None
                }
            };
            (value, state.waiter.take())
        })
    }

    /// The child was dropped. If it had not ended, it never will.
    fn dropped(&self) {
        if self.is_finished() {
            // Whoever waited was woken by the end.
            return;
        }
        let why = self.gate.why();
        let waiter = self.state.with(|state| {
            self.set_ended();
            state.end = End::Gone(state.asked.take().unwrap_or(why));
            state.waiter.take()
        });
        // The child's destructor may be panicking.
        if let Err(panic) = catch(|| waiter.map(Waker::wake)) {
            panic.resume_unless_panicking();
        }
    }

    /// The child has returned a value. Returns it if there is nobody to take it.
    #[inline]
    fn complete(&self, value: V) -> Option<V> {
        let (surplus, waiter) = self.state.with(|state| {
            if !matches!(state.end, End::Running) {
                return (Some(value), None);
            }
            let (end, surplus) = match state.alone {
                true => (End::Taken, Some(value)),
                false => (End::Completed(value), None),
            };
            self.set_ended();
            state.end = end;
            (surplus, state.waiter.take())
        });
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        surplus
    }

    /// The child has failed.
    fn fail(&self) {
        let waiter = self.state.with(|state| {
            if let End::Running = state.end {
                self.set_ended();
                state.end = End::Failed;
            }
            state.waiter.take()
        });
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// The end of a child that did what it was for.
    fn fine<E>(&self) -> ChildEnd<E> {
        ChildEnd { rank: self.birth.rank, failure: None }
    }

    /// The end of a child that failed.
    fn failed<E>(&self, cause: Cause<E>) -> ChildEnd<E> {
        ChildEnd::new(self.birth.rank, Some(self.failure_by(cause)))
    }

    /// The failure of the child.
    fn failure_by<E>(&self, cause: Cause<E>) -> Failure<E> {
        let Birth { number, name, location, .. } = self.birth.clone();
        Failure { child: ChildId::new(number), name, location: Some(location), cause }
    }
}

impl<V> State<V> {
    /// What a handle is told, if the child has ended.
    #[inline]
    fn tell(&mut self) -> Option<Told<V>> {
        match &self.end {
            End::Running => None,
            End::Failed => Some(Told::Failed),
            End::Gone(reason) => Some(Told::Cancelled(Cancelled::new(reason.clone()))),
            End::Completed(_) | End::Taken => Some(match mem::replace(&mut self.end, End::Taken) {
                End::Completed(value) => Told::Completed(value),
                _ => Told::Taken,
            }),
        }
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
                self.report.fail();
                self.report.failed(Cause::Error(error))
            }
        }
    }

    fn panicked(&self, panic: Panic) -> ChildEnd<E> {
        if let Err(second) = catch(|| self.report.fail()) {
            // A child has one end, and that was its first panic.
            second.discard();
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
        match catch(|| self.0.leave(Outcome::Panicked(panic))) {
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
        let failure = self.complete(outcome).and_then(|outcome| self.failure(outcome));
        ChildEnd::new(self.birth.rank, failure)
    }

    /// The handle is dropped. Returns the failure that nobody has looked at.
    pub(super) fn disown(&self) -> Option<Failure<E>> {
        let (outcome, _waiter) = self.abandon();
        self.failure(outcome?)
    }

    /// The failure in an outcome.
    fn failure(&self, outcome: Outcome<Result<T, E>>) -> Option<Failure<E>> {
        match outcome {
            Outcome::Completed(Err(error)) => Some(self.failure_by(Cause::Error(error))),
            Outcome::Panicked(panic) => Some(self.failure_by(Cause::Panic(panic))),
            Outcome::Completed(Ok(_)) | Outcome::Cancelled(_) => None,
        }
    }
}
