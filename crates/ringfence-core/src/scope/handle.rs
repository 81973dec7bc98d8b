//! What a spawn returns.

use super::{
    child::Ended,
    door::Overdue,
    report::{End, Fault, NoValue, Report},
};
use crate::{
    engine::joint::Kept,
    outcome::{Cancelled, ChildId, Outcome, Reason},
};
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A child of a scope, whose failure is the scope's: a future of its value.
///
/// If the child fails, the scope is about to end, and whoever awaits the handle inside of it ends
/// with it: the handle resolves never. [`outcome`](Handle::outcome) tells what has happened.
///
/// A handle may be dropped, and leave the scope: the child goes on, and is the scope's.
///
/// # Panics
///
/// If it is awaited where that would be for ever: when it has given its value already; when the
/// child was cancelled; or when the child has failed and its scope has ended, or goes on without it
/// because of [`OnFailure`](crate::OnFailure).
///
/// # Cancel safety
///
/// Awaiting it may be given up at any time: the value stays, and it may be awaited again.
pub struct Handle<T> {
    report: Kept<End<T>, Report>,
}

impl<T> Handle<T> {
    pub(super) fn new(report: Kept<End<T>, Report>) -> Self {
        Self { report }
    }

    /// Returns the place of the child among its siblings.
    pub fn id(&self) -> ChildId {
        ChildId::new(self.report.birth.number())
    }

    /// Returns the name of the child, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.report.birth.name()
    }

    /// Returns whether the child has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.report.is_said()
    }

    /// Cancels the child: it is dropped in place when the scope is polled next, which this causes.
    ///
    /// A child that has ended is left as it is. The first reason stays.
    pub fn cancel(&self, reason: impl Into<Reason>) {
        self.report.cancel(reason.into());
    }

    /// Waits until the child has ended, and tells how.
    ///
    /// A child that failed is `Cancelled` by [`Reason::SiblingFailed`]: the failure itself is the
    /// scope's, and told there. One that its runtime has lost is so by [`Reason::RuntimeGone`].
    ///
    /// # Cancel safety
    ///
    /// It may be given up at any time. The value, if there is one, is lost with it.
    pub fn outcome(self) -> HandleOutcome<T> {
        HandleOutcome { handle: self }
    }

    /// Waits for the end of the scope, which ends whoever awaits the handle.
    ///
    /// # Panics
    ///
    /// If it does not end for that.
    #[cold]
    fn wait_in_vain(&self, none: NoValue, cx: &mut Context<'_>) {
        let label = || self.report.birth.label();
        match none {
            NoValue::Failed(fault) => {
                let number = self.report.birth.number();
                let gate = self.report.gate_of_fault();
                if gate.is_some_and(|gate| gate.wait_for_end(number, cx.waker())) {
                    return;
                }
                match fault {
                    Fault::Failure => panic!("{} has failed, and has no value", label()),
                    Fault::Loss => panic!("{} was lost by its runtime, and has no value", label()),
                }
            }
            NoValue::Taken => panic!("{} was awaited after it had given its value", label()),
            NoValue::Gone => {
                panic!("{} was {}, and has no value", label(), self.report.cancelled())
            }
        }
    }
}

impl<T> Future for Handle<T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match ready!(self.report.poll(cx)).take() {
            Ok(value) => Poll::Ready(value),
            Err(none) => {
                self.wait_in_vain(none, cx);
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Handle<T> {
    #[inline]
    fn drop(&mut self) {
        // That of an `OwnedHandle` has left before.
        if self.report.shared().is_some_and(Report::is_faulty) {
            wait_no_more(&self.report);
        }
    }
}

/// Takes back the waker of who awaits a child that has failed.
#[cold]
#[inline(never)]
fn wait_no_more(report: &Report) {
    if let Some(gate) = report.gate_of_fault() {
        gate.wait_no_more(report.birth.number());
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("child", &self.report.birth.label())
            .field("is_finished", &self.is_finished())
            .finish()
    }
}

/// How a child has ended, as [`Handle::outcome`] returns it.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited or polled"]
pub struct HandleOutcome<T> {
    handle: Handle<T>,
}

impl<T> Future for HandleOutcome<T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        let report = &mut self.handle.report;
        Poll::Ready(match ready!(report.poll(cx)).take() {
            Ok(value) => Outcome::Completed(value),
            Err(NoValue::Failed(fault)) => Outcome::Cancelled(Cancelled::new(fault.reason())),
            Err(NoValue::Gone) => Outcome::Cancelled(report.cancelled()),
            Err(NoValue::Taken) => panic!("the outcome of {} was taken", report.birth.label()),
        })
    }
}

/// A child of a scope, whose failure is the handle's: a future of its [`Outcome`].
///
/// If it is dropped before it has given the outcome, a failure is the scope's after all, be it
/// there or still to come, and so is a loss. A handle that leaves the scope and is dropped once that
/// has ended takes the failure with it.
///
/// # Panics
///
/// If it is awaited after it has given its outcome.
///
/// # Cancel safety
///
/// Awaiting it may be given up at any time: the outcome stays, and it may be awaited again.
#[must_use = "a child whose failure is the handle's needs somebody to look at the handle"]
pub struct OwnedHandle<T, E> {
    /// What is the same as of a handle whose child's failure is the scope's.
    handle: Handle<Outcome<Result<T, E>>>,
    overdue: Arc<Overdue<E>>,
}

impl<T, E> OwnedHandle<T, E> {
    pub(super) fn new(
        report: Kept<End<Outcome<Result<T, E>>>, Report>,
        overdue: Arc<Overdue<E>>,
    ) -> Self {
        Self { handle: Handle::new(report), overdue }
    }

    /// Returns the place of the child among its siblings.
    pub fn id(&self) -> ChildId {
        self.handle.id()
    }

    /// Returns the name of the child, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.handle.name()
    }

    /// Returns whether the child has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// Cancels the child, as [`Handle::cancel`].
    pub fn cancel(&self, reason: impl Into<Reason>) {
        self.handle.cancel(reason);
    }
}

impl<T, E> Future for OwnedHandle<T, E> {
    type Output = Outcome<Result<T, E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let report = &mut self.handle.report;
        Poll::Ready(match ready!(report.poll(cx)).take() {
            Ok(outcome) => outcome,
            Err(NoValue::Gone) => Outcome::Cancelled(report.cancelled()),
            Err(NoValue::Taken | NoValue::Failed(_)) => {
                panic!("the outcome of {} was taken", report.birth.label())
            }
        })
    }
}

impl<T, E> Drop for OwnedHandle<T, E> {
    fn drop(&mut self) {
        let unseen = self.handle.report.abandon(|end, report| report.unseen(end));
        if let Some(unseen @ (Ended::Failed(_) | Ended::Lost)) = unseen {
            self.overdue.push(unseen);
        }
    }
}

impl<T, E> fmt::Debug for OwnedHandle<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedHandle")
            .field("child", &self.handle.report.birth.label())
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
