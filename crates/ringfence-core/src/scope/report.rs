//! What a child's end is for its handle, and what for its scope.

use super::{
    child::{Birth, ChildEnd, Ended},
    gate::{Gate, Lease},
    output::ChildOutput,
};
use crate::{
    engine::joint::{Driver, Joined, Kept, Post},
    outcome::{Cancelled, Cause, Outcome, Panic, Reason},
};
// Not loom's, which cannot be had by a pointer.
use alloc::sync::Arc;
use core::{marker::PhantomData, mem};

/// What is known of a child, by its handle and by its scope.
#[derive(Debug)]
pub struct Report {
    pub(super) birth: Birth,
    gate: Lease,
}

/// What a child's handle hears of its end.
///
/// # States
///
/// ```text
///  completed ──1──▶ taken     1 the handle has given the value
///  failed                     the scope has the failure
///  gone                       the child was dropped before its end
/// ```
#[derive(Debug)]
pub(super) enum End<V> {
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

/// Why a handle gives no value.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoValue {
    /// It has given it already.
    Taken,
    /// There is none, and the scope knows why.
    Failed(Fault),
    /// There is none, since the child was dropped.
    Gone,
}

impl Report {
    #[inline]
    pub(super) fn new(birth: Birth, gate: &Arc<Gate>) -> Self {
        Self { birth, gate: Lease::new(gate) }
    }

    /// Says why the child will be dropped, or was, unless that was said.
    pub(super) fn give_reason(&self, reason: Reason) {
        // What is not needed is dropped after the lock.
        let mut new = Some(reason);
        self.birth.say().reason.with(|reason| {
            if reason.is_none() {
                *reason = new.take();
            }
        });
    }

    /// Whether the child has failed, as far as its scope is concerned.
    #[inline]
    pub(super) fn is_faulty(&self) -> bool {
        self.gate.is_extended()
    }

    /// The gate of the scope, once the child has failed: it may be about to end for that.
    pub(super) fn gate_of_fault(&self) -> Option<&Gate> {
        self.gate.extended()
    }

    /// For what a handle takes a child that was dropped.
    pub(super) fn cancelled(&self) -> Cancelled {
        let reason = self.birth.said().and_then(|said| said.reason.with(|reason| reason.clone()));
        Cancelled::new(reason.unwrap_or(Reason::Dropped))
    }

    /// The end of a child that did what it was for.
    fn fine<E>(&self) -> ChildEnd<E> {
        ChildEnd::new(self.birth.rank(), Ended::Fine)
    }

    /// The end of a child that failed.
    fn failed<E>(&self, cause: Cause<E>) -> ChildEnd<E> {
        ChildEnd::new(self.birth.rank(), Ended::Failed(self.birth.failure(cause)))
    }

    /// How a child whose failure is its handle's has ended for the scope, if nobody hears this.
    pub(super) fn unseen<T, E>(&self, end: OwnedEnd<T, E>) -> Ended<E> {
        match end.into_value() {
            None | Some(Outcome::Completed(Ok(_))) => Ended::Fine,
            Some(Outcome::Completed(Err(error))) => {
                Ended::Failed(self.birth.failure(Cause::Error(error)))
            }
            Some(Outcome::Panicked(panic)) => {
                Ended::Failed(self.birth.failure(Cause::Panic(panic)))
            }
            // By its runtime: of who was dropped there is no outcome here.
            Some(Outcome::Cancelled(_)) => Ended::Lost,
        }
    }

    /// What a handle hears of a child that the scope knows to have failed, or to be lost.
    ///
    /// # Safety
    ///
    /// As of the methods of [`Post`].
    #[cold]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn fault<V>(&self, fault: Fault) -> End<V> {
        // SAFETY: the driver is there, says the caller.
        unsafe { self.gate.extend() };
        End::Failed(fault)
    }

    /// What a handle hears of a child that was dropped before its end.
    ///
    /// # Safety
    ///
    /// As of the methods of [`Post`].
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn dropped<V>(&self) -> End<V> {
        // SAFETY: the driver is there, says the caller.
        self.give_reason(unsafe { self.gate.gate() }.why());
        End::Gone
    }

    /// The driver leaves.
    fn leave(&self) {
        // Who asks for the gate has said something before, and is under the lock until that is
        // counted.
        if let Some(said) = self.birth.said() {
            said.reason.with(|_| ());
        }
    }
}

impl<V> End<V> {
    /// Returns the value, if there is one.
    #[inline]
    pub(super) fn into_value(self) -> Option<V> {
        match self {
            Self::Completed(value) => Some(value),
            Self::Taken | Self::Failed(_) | Self::Gone => None,
        }
    }

    /// Takes the value.
    #[inline]
    pub(super) fn take(&mut self) -> Result<V, NoValue> {
        match mem::replace(self, Self::Taken) {
            Self::Completed(value) => Ok(value),
            none => Err(self.none(none)),
        }
    }

    /// Puts an end back that has no value, and says why.
    #[cold]
    fn none(&mut self, none: Self) -> NoValue {
        let why = match none {
            Self::Completed(_) | Self::Taken => NoValue::Taken,
            Self::Failed(fault) => NoValue::Failed(fault),
            Self::Gone => NoValue::Gone,
        };
        *self = none;
        why
    }
}

/// The scope's end.
impl<D: ?Sized + Joined<Shared = Report>> Driver<D> {
    /// Who the child is.
    #[inline]
    pub(super) fn id(&self) -> &Birth {
        &self.shared().birth
    }
}

/// The handle's end.
impl<V> Kept<End<V>, Report> {
    /// Asks for the child's end, unless that was done or it has ended.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    pub(super) fn cancel(&self, reason: Reason) {
        if self.is_said() {
            return;
        }
        #[cfg(feature = "std")]
        let told = reason.clone();
        let mut new = Some(reason);
        let gate = self.birth.say().reason.with(|reason| {
            if reason.is_some() || !self.ask() {
                return None;
            }
            *reason = new.take();
            // SAFETY: the driver was there when it was asked, and comes to this lock before it
            // leaves.
            Some(unsafe { self.gate.keep() })
        });
        // If it ends meanwhile, the scope will not find it.
        let Some(gate) = gate else { return };
        #[cfg(feature = "std")]
        if let Some(scope) = gate.observed() {
            scope.child_cancelled(self.birth.id(), told);
        }
        gate.cancel(self.birth.number());
    }
}

/// The post of a child whose failure is the scope's.
pub(super) struct Regular<E>(PhantomData<fn() -> E>);

impl<O: ChildOutput<E>, E> Post<O> for Regular<E> {
    type Word = End<O::Value>;
    type End = ChildEnd<E>;
    type Shared = Report;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn returned(report: &Report, output: O) -> (End<O::Value>, ChildEnd<E>) {
        match output.into_result() {
            Ok(value) => (End::Completed(value), report.fine()),
            Err(error) => {
                // SAFETY: says the caller.
                let end = unsafe { report.fault(Fault::Failure) };
                (end, report.failed(Cause::Error(error)))
            }
        }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn panicked(report: &Report, panic: Panic) -> (End<O::Value>, ChildEnd<E>) {
        let lost = panic.is_loss();
        let fault = if lost { Fault::Loss } else { Fault::Failure };
        // SAFETY: says the caller.
        let end = unsafe { report.fault(fault) };
        let told = if lost {
            ChildEnd::new(report.birth.rank(), Ended::Lost)
        } else {
            report.failed(Cause::Panic(panic))
        };
        (end, told)
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn dropped(report: &Report) -> End<O::Value> {
        // SAFETY: says the caller.
        unsafe { report.dropped() }
    }

    fn unheard(_: &Report, unheard: End<O::Value>, end: ChildEnd<E>) -> ChildEnd<E> {
        // A value is dropped while the child may still panic for it.
        drop(unheard);
        end
    }

    fn leave(report: &Report) {
        report.leave();
    }
}

/// The post of a child whose failure is its handle's.
pub(super) enum Owned {}

/// What a handle hears of a child whose failure is its own.
type OwnedEnd<T, E> = End<Outcome<Result<T, E>>>;

impl Owned {
    /// The end of a child with an outcome that is for its handle.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn ended<T, E>(
        report: &Report,
        outcome: Outcome<Result<T, E>>,
    ) -> (OwnedEnd<T, E>, ChildEnd<E>) {
        #[cfg(feature = "std")]
        if outcome.is_failure() {
            // SAFETY: says the caller.
            let gate = unsafe { report.gate.gate() };
            if let Some(child) = gate.observed().and_then(|scope| scope.child(report.birth.id())) {
                child.failed();
            }
        }
        (End::Completed(outcome), report.fine())
    }
}

impl<T, E> Post<Result<T, E>> for Owned {
    type Word = OwnedEnd<T, E>;
    type End = ChildEnd<E>;
    type Shared = Report;

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn returned(report: &Report, output: Result<T, E>) -> (OwnedEnd<T, E>, ChildEnd<E>) {
        // SAFETY: says the caller.
        unsafe { Self::ended(report, Outcome::Completed(output)) }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn panicked(report: &Report, panic: Panic) -> (OwnedEnd<T, E>, ChildEnd<E>) {
        // SAFETY: says the caller.
        unsafe { Self::ended(report, Outcome::of_panic(panic)) }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U16")]
    unsafe fn dropped(report: &Report) -> OwnedEnd<T, E> {
        // SAFETY: says the caller.
        unsafe { report.dropped() }
    }

    /// If there is no handle any more, a failure is the scope's.
    fn unheard(report: &Report, unheard: OwnedEnd<T, E>, end: ChildEnd<E>) -> ChildEnd<E> {
        ChildEnd::new(end.rank(), report.unseen(unheard))
    }

    fn leave(report: &Report) {
        report.leave();
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests;
