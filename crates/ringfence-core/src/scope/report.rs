//! How the end of a child reaches its scope and its handle.

use super::{
    child::{Birth, ChildEnd},
    gate::Gate,
    output::ChildOutput,
};
use crate::{
    engine::{
        joint::{Kept, Post},
        oneshot::Oneshot,
    },
    outcome::{Cancelled, Cause, Failure, Outcome, Panic, Reason, catch},
    sync::Lock,
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
    /// What the child's driver says to its handle.
    end: Oneshot<End<V>>,
    /// Why the handle asked for the end, if it did, or why the child was dropped.
    reason: Lock<Option<Box<Reason>>>,
}

#[derive(Debug)]
enum End<V> {
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
        Self { birth, gate, end: Oneshot::new(), reason: Lock::new(None) }
    }

    /// The child was refused, and will be dropped.
    pub(super) fn refuse(&self, reason: Reason) {
        self.give_reason(reason);
    }

    /// Whether the child has ended.
    pub(super) fn is_finished(&self) -> bool {
        self.end.is_said()
    }

    /// Says why the child ends before its end. False if that was said.
    fn give_reason(&self, reason: Reason) -> bool {
        let mut new = Some(Box::new(reason));
        self.reason.with(|reason| {
            if reason.is_none() {
                *reason = new.take();
            }
        });
        new.is_none()
    }

    /// Asks for the child's end, unless that was done or it has ended.
    pub(super) fn cancel(&self, reason: Reason) {
        #[cfg(feature = "std")]
        let told = self.gate.observed().map(|scope| (scope, reason.clone()));
        // If it ends meanwhile, the scope will not find it.
        if self.is_finished() || !self.give_reason(reason) {
            return;
        }
        #[cfg(feature = "std")]
        if let Some((scope, reason)) = told {
            scope.child_cancelled(self.birth.id(), reason);
        }
        self.gate.cancel(self.birth.number());
    }

    /// Lets the child's driver say the end.
    ///
    /// # Safety
    ///
    /// The caller is the child's driver, and has it by `&mut` as long as the speaker is there.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn speaker(&self) -> Speaker<'_, V> {
        Speaker(self)
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

/// Who says the end of a child: its driver.
struct Speaker<'a, V>(&'a Report<V>);

impl<V> Speaker<'_, V> {
    /// Says the end. Returns a value that there is nobody to take, and who waits.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    fn end(&self, end: End<V>) -> (Option<V>, Option<Waker>) {
        if self.0.is_finished() {
            // A child has one end, and whoever waited was woken by it.
            return (end.into_value(), None);
        }
        // SAFETY: this is the speaker, and nothing was said.
        match unsafe { self.0.end.say(end) } {
            Ok(waiter) => (None, waiter),
            Err(end) => (end.into_value(), None),
        }
    }

    /// The child has returned a value. Returns it if there is nobody to take it.
    #[inline]
    fn complete(&self, value: V) -> Option<V> {
        let (surplus, waiter) = self.end(End::Completed(value));
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        surplus
    }

    /// The child has failed, or was lost.
    fn fail(&self, fault: Fault) {
        let (_, waiter) = self.end(End::Failed(fault));
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// The child was dropped. If it had not ended, it never will.
    fn drop_child(&self) {
        if self.0.is_finished() {
            return;
        }
        self.0.give_reason(self.0.gate.why());
        let (_, waiter) = self.end(End::Gone);
        // The child's destructor may be panicking.
        if let Err(panic) = catch(|| waiter.map(Waker::wake)) {
            panic.resume_unless_panicking();
        }
    }
}

impl<V> End<V> {
    /// Returns the value, if there is one.
    #[inline]
    fn into_value(self) -> Option<V> {
        match self {
            Self::Completed(value) => Some(value),
            Self::Taken | Self::Failed(_) | Self::Gone => None,
        }
    }
}

/// The handle's end of a report: there is one.
impl<V> Kept<Report<V>> {
    /// Waits for the end.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Told<V>> {
        let hear = |end: &mut End<V>| match end {
            End::Failed(fault) => Told::Failed(*fault),
            End::Gone => {
                let reason = self.reason.with(|reason| reason.as_deref().cloned());
                Told::Cancelled(Cancelled::new(reason.unwrap_or(Reason::Dropped)))
            }
            End::Completed(_) | End::Taken => {
                let value = mem::replace(end, End::Taken).into_value();
                value.map_or(Told::Taken, Told::Completed)
            }
        };
        // SAFETY: this is the listener, by `&mut`, and has not left.
        unsafe { self.end.poll(cx, hear) }
    }

    /// The handle is dropped. Returns what nobody will take, and who does not wait any more.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    pub(super) fn abandon(&mut self) -> (Option<V>, Option<Waker>) {
        // SAFETY: this is the listener, by `&mut`.
        let (end, waiter) = unsafe { self.end.close() };
        (end.and_then(End::into_value), waiter)
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
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn deliver(&self, output: O) -> ChildEnd<E> {
        // SAFETY: says the caller.
        let speaker = unsafe { self.report.speaker() };
        match output.into_result() {
            Ok(value) => {
                // What nobody will take is dropped while the child may still panic for it.
                drop(speaker.complete(value));
                self.report.fine()
            }
            Err(error) => {
                speaker.fail(Fault::Failure);
                self.report.failed(Cause::Error(error))
            }
        }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn panicked(&self, panic: Panic) -> ChildEnd<E> {
        // SAFETY: says the caller.
        let speaker = unsafe { self.report.speaker() };
        let lost = panic.is_loss();
        let fault = if lost { Fault::Loss } else { Fault::Failure };
        if let Err(second) = catch(|| speaker.fail(fault)) {
            // A child has one end, and that was its first panic.
            second.discard();
        }
        if lost {
            return ChildEnd::lost(self.report.birth.rank());
        }
        self.report.failed(Cause::Panic(panic))
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn dropped(&self) {
        // SAFETY: says the caller.
        unsafe { self.report.speaker() }.drop_child();
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

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn deliver(&self, output: Result<T, E>) -> ChildEnd<E> {
        // SAFETY: says the caller.
        unsafe { self.0.speaker() }.leave(Outcome::Completed(output))
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn panicked(&self, panic: Panic) -> ChildEnd<E> {
        // SAFETY: says the caller.
        let speaker = unsafe { self.0.speaker() };
        match catch(|| speaker.leave(Outcome::of_panic(panic))) {
            Ok(end) => end,
            Err(second) => {
                // Of a waker, to which the handle is no more than a guest.
                second.discard();
                self.0.fine()
            }
        }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn dropped(&self) {
        // SAFETY: says the caller.
        unsafe { self.0.speaker() }.drop_child();
    }
}

impl<T, E> Speaker<'_, Outcome<Result<T, E>>> {
    /// Leaves the outcome for the handle. If there is none any more, a failure is the scope's.
    fn leave(&self, outcome: Outcome<Result<T, E>>) -> ChildEnd<E> {
        let report = self.0;
        let rank = report.birth.rank();
        #[cfg(feature = "std")]
        if let Some(child) = outcome.is_failure().then(|| report.observed()).flatten() {
            child.failed();
        }
        match self.complete(outcome) {
            Some(Outcome::Cancelled(_)) => ChildEnd::lost(rank),
            surplus => ChildEnd::new(rank, surplus.and_then(|outcome| report.failure(outcome))),
        }
    }
}

impl<T, E> Report<Outcome<Result<T, E>>> {
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

/// The handle's end, whose the failure is.
impl<T, E> Kept<Report<Outcome<Result<T, E>>>> {
    /// The handle is dropped. Returns the failure that nobody has looked at.
    pub(super) fn disown(&mut self) -> Option<Failure<E>> {
        let (outcome, _waiter) = self.abandon();
        self.failure(outcome?)
    }
}
