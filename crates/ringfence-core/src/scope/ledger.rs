//! What has become of a scope so far, and what is to be done about it.

use super::{
    policy::{OnFailure, PanicPolicy},
    report::{ChildEnd, Rank},
};
use crate::outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Panic, Reason, ScopeError, abort,
};
use alloc::vec::Vec;

/// What a scope's body and children have come to.
pub(super) struct Ledger<'env, T, E> {
    pub(super) on_failure: OnFailure<'env, E>,
    pub(super) panics: PanicPolicy,
    /// How many failures are kept.
    pub(super) keep: usize,
    /// What the body has returned.
    value: Option<T>,
    failures: Option<ErrorGroup<E>>,
    /// The first panic that goes on.
    panic: Option<Panic>,
    /// Why the scope was cancelled, if it was for another reason than a failure.
    cancelled: Option<Reason>,
    /// Its deadline has passed.
    elapsed: Option<Elapsed>,
}

/// What is to be done now.
#[must_use]
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing.
    GoOn,
    /// Everything is cancelled, for this reason.
    Cancel(Reason),
}

/// How a scope ends.
pub(super) enum Conclusion<T, E> {
    Value(T),
    Error(ScopeError<E>),
    Panicked(Panic),
}

impl<T, E> Ledger<'_, T, E> {
    pub(super) fn new() -> Self {
        Self {
            on_failure: OnFailure::CancelAll,
            panics: PanicPolicy::Resume,
            keep: usize::MAX,
            value: None,
            failures: None,
            panic: None,
            cancelled: None,
            elapsed: None,
        }
    }

    /// The body has returned.
    pub(super) fn body(&mut self, output: Result<T, E>) -> Verdict {
        match output {
            Ok(value) => {
                self.value = Some(value);
                Verdict::GoOn
            }
            Err(error) => {
                self.push(Failure::new(ChildId::BODY, Cause::Error(error)));
                match self.on_failure {
                    OnFailure::Collect => Verdict::GoOn,
                    // A sink is for the failures of children.
                    OnFailure::CancelAll | OnFailure::Sink(_) => CANCEL,
                }
            }
        }
    }

    /// A child has ended, or the body has panicked.
    pub(super) fn child(&mut self, end: ChildEnd<E>) -> Verdict {
        let Some(failure) = end.failure else { return Verdict::GoOn };
        let failure = match (failure.cause, self.panics) {
            (Cause::Panic(panic), PanicPolicy::Resume) => return self.panic(panic),
            (Cause::Panic(_), PanicPolicy::Abort) => abort("a child of a scope panicked"),
            (cause, _) => Failure { cause, ..failure },
        };
        let body = failure.is_body();
        match &mut self.on_failure {
            OnFailure::Sink(sink) if !body => {
                sink(failure);
                Verdict::GoOn
            }
            OnFailure::Collect => {
                self.push(failure);
                Verdict::GoOn
            }
            OnFailure::CancelAll | OnFailure::Sink(_) => {
                self.push(failure);
                CANCEL
            }
        }
    }

    /// Nobody has looked at these failures.
    pub(super) fn overdue(&mut self, failures: Vec<Failure<E>>) -> Verdict {
        let mut verdict = Verdict::GoOn;
        for failure in failures {
            let end = ChildEnd { rank: Rank::Regular, failure: Some(failure) };
            if let Verdict::Cancel(reason) = self.child(end) {
                verdict = Verdict::Cancel(reason);
            }
        }
        verdict
    }

    /// Something has panicked whose panic goes on; only the first one does.
    pub(super) fn panic(&mut self, panic: Panic) -> Verdict {
        match self.panic {
            None => self.panic = Some(panic),
            Some(_) => panic.discard(),
        }
        CANCEL
    }

    /// The scope is cancelled. The first reason stays.
    pub(super) fn cancel(&mut self, reason: Reason) -> Verdict {
        self.cancelled.get_or_insert_with(|| reason.clone());
        Verdict::Cancel(reason)
    }

    /// The deadline of the scope has passed.
    pub(super) fn elapse(&mut self, elapsed: Elapsed) {
        self.elapsed = Some(elapsed);
    }

    fn push(&mut self, failure: Failure<E>) {
        match &mut self.failures {
            None => self.failures = Some(ErrorGroup::shallow(failure)),
            Some(group) => drop(group.push_within(self.keep, failure)),
        }
    }

    /// How the scope ends, now that nothing runs any more.
    pub(super) fn conclude(&mut self) -> Conclusion<T, E> {
        if let Some(panic) = self.panic.take() {
            return Conclusion::Panicked(panic);
        }
        // A failure is told whatever else has happened; a deadline rather than a value,
        // since children were cut.
        if let Some(failures) = self.failures.take() {
            return Conclusion::Error(ScopeError::Failed(failures));
        }
        if let Some(elapsed) = self.elapsed.take() {
            return Conclusion::Error(ScopeError::Elapsed(elapsed));
        }
        match self.value.take() {
            Some(value) => Conclusion::Value(value),
            None => {
                let reason = self.cancelled.take().unwrap_or(Reason::Closed);
                Conclusion::Error(ScopeError::Cancelled(Cancelled::new(reason)))
            }
        }
    }
}

/// What a failure does to the others.
const CANCEL: Verdict = Verdict::Cancel(Reason::SiblingFailed);
