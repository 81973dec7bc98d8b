//! What has become of a scope so far, and what is to be done about it.

use super::{
    child::{ChildEnd, Ended},
    door::Overdue,
    policy::{OnFailure, PanicPolicy},
};
use crate::outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Panic, Reason, ScopeError, abort,
    catch, keep_first,
};
use alloc::boxed::Box;
use core::mem;

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
    elapsed: Option<Box<Elapsed>>,
    /// A runtime has lost a child.
    lost: bool,
}

/// What is to be done now.
///
/// One word, since there is one for each child, and null for most.
#[must_use]
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing.
    GoOn,
    /// Everything is cancelled, for this reason.
    Cancel(Box<Reason>),
}

impl Verdict {
    /// One after the other: the first cancellation stays.
    pub(super) fn and(mut self, next: Self) -> Self {
        self.add(next);
        self
    }

    /// Another comes after this: the first cancellation stays.
    pub(super) fn add(&mut self, next: Self) {
        if let Self::GoOn = self {
            *self = next;
        }
    }
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
            lost: false,
        }
    }

    /// The body has returned.
    pub(super) fn body(&mut self, output: Result<T, E>) -> Verdict {
        match output {
            Ok(value) => {
                self.value = Some(value);
                Verdict::GoOn
            }
            Err(error) => self.body_failed(error),
        }
    }

    #[cold]
    #[inline(never)]
    fn body_failed(&mut self, error: E) -> Verdict {
        let pushed = self.push(Failure::new(ChildId::BODY, Cause::Error(error)));
        match self.on_failure {
            OnFailure::Collect => pushed,
            // A sink is for the failures of children.
            OnFailure::CancelAll | OnFailure::Sink(_) => cancel(),
        }
    }

    /// A child has ended, or the body has panicked.
    #[inline]
    pub(super) fn child(&mut self, end: ChildEnd<E>) -> Verdict {
        if end.is_fine() { Verdict::GoOn } else { self.noted(end) }
    }

    // Apart, so that what there may be to tell is not on the stack where there is nothing.
    #[cold]
    #[inline(never)]
    fn noted(&mut self, end: ChildEnd<E>) -> Verdict {
        self.ended(end.into_ended())
    }

    fn ended(&mut self, ended: Ended<E>) -> Verdict {
        match ended {
            Ended::Fine => Verdict::GoOn,
            Ended::Failed(failure) => self.failure(failure),
            Ended::Lost => self.lost(),
        }
    }

    /// A runtime has lost a child, or what the body has awaited. Nobody has asked for that.
    #[cold]
    fn lost(&mut self) -> Verdict {
        self.lost = true;
        match self.on_failure {
            OnFailure::CancelAll => Verdict::Cancel(Box::new(Reason::RuntimeGone)),
            OnFailure::Collect | OnFailure::Sink(_) => Verdict::GoOn,
        }
    }

    /// A child has failed, or the body has panicked.
    fn failure(&mut self, failure: Failure<E>) -> Verdict {
        let failure = match (failure.cause, self.panics) {
            (Cause::Panic(panic), PanicPolicy::Resume) => return self.panic(panic),
            (Cause::Panic(_), PanicPolicy::Abort) => abort("a child of a scope panicked"),
            (cause, _) => Failure { cause, ..failure },
        };
        let body = failure.is_body();
        match &mut self.on_failure {
            // A sink that panics has failed the scope.
            OnFailure::Sink(sink) if !body => match catch(|| sink(failure)) {
                Ok(()) => Verdict::GoOn,
                Err(panic) => self.panic(panic),
            },
            OnFailure::Collect => self.push(failure),
            OnFailure::CancelAll | OnFailure::Sink(_) => {
                let _ = self.push(failure);
                cancel()
            }
        }
    }

    /// Children may have ended so that nobody has looked at it.
    #[cold]
    #[inline(never)]
    pub(super) fn overdue(&mut self, overdue: &Overdue<E>) -> Verdict {
        let ends = overdue.take().into_iter();
        ends.fold(Verdict::GoOn, |verdict, ended| verdict.and(self.ended(ended)))
    }

    /// Calls foreign code. Its panic counts like that of a child's destructor.
    pub(super) fn run(&mut self, foreign: impl FnOnce()) -> Verdict {
        match catch(foreign) {
            Ok(()) => Verdict::GoOn,
            Err(panic) => self.panic(panic),
        }
    }

    /// Something has panicked whose panic goes on; only the first one does.
    pub(super) fn panic(&mut self, panic: Panic) -> Verdict {
        keep_first(&mut self.panic, Some(panic));
        cancel()
    }

    /// The scope is cancelled. The first reason stays.
    pub(super) fn cancel(&mut self, reason: Box<Reason>) -> Verdict {
        self.cancelled.get_or_insert_with(|| Reason::clone(&reason));
        Verdict::Cancel(reason)
    }

    /// The deadline of the scope has passed.
    pub(super) fn elapse(&mut self, elapsed: Elapsed) {
        self.elapsed = Some(Box::new(elapsed));
    }

    /// Keeps a failure, if there is room for it.
    fn push(&mut self, failure: Failure<E>) -> Verdict {
        let surplus = match &mut self.failures {
            None => {
                self.failures = Some(ErrorGroup::shallow(failure));
                None
            }
            Some(group) => group.push_within(self.keep, failure),
        };
        self.lose(surplus)
    }

    /// Drops what nobody will get. A panic of that counts like one of a child's destructor.
    fn lose<V>(&mut self, lost: V) -> Verdict {
        self.run(|| drop(lost))
    }

    /// Drops all that the scope has come to, since it is dropped itself. What panics from now on,
    /// goes on.
    pub(super) fn forsake(&mut self) {
        if let Some(panic) = self.panic.take() {
            panic.discard();
        }
        if self.panics == PanicPolicy::Collect {
            self.panics = PanicPolicy::Resume;
        }
        let sink = mem::replace(&mut self.on_failure, OnFailure::CancelAll);
        let (value, failures) = (self.value.take(), self.failures.take());
        let _ = self.lose(sink).and(self.lose(value)).and(self.lose(failures));
    }

    /// The first panic that goes on.
    pub(super) fn take_panic(&mut self) -> Option<Panic> {
        self.panic.take()
    }

    /// How the scope ends, now that nothing runs any more, with what handles leave until then.
    pub(super) fn conclude(&mut self, overdue: Option<&Overdue<E>>) -> Conclusion<T, E> {
        let _ = overdue.map(|overdue| self.overdue(overdue));
        let cut = self.elapsed.is_some() || self.lost;
        if self.panic.is_some() || self.failures.is_some() || cut {
            let value = self.value.take();
            let _ = self.lose(value);
            // Handles that went with the value.
            let _ = overdue.map(|overdue| self.overdue(overdue));
        }
        if self.panic.is_some() {
            let failures = self.failures.take();
            let _ = self.lose(failures);
        }
        if let Some(panic) = self.take_panic() {
            return Conclusion::Panicked(panic);
        }
        // A failure is told whatever else has happened; a deadline rather than a value, since
        // children were cut, and so is a loss.
        if let Some(failures) = self.failures.take() {
            return Conclusion::Error(ScopeError::Failed(failures));
        }
        if let Some(elapsed) = self.elapsed.take() {
            return Conclusion::Error(ScopeError::Elapsed(*elapsed));
        }
        if self.lost {
            let lost = Cancelled::new(Reason::RuntimeGone);
            return Conclusion::Error(ScopeError::Cancelled(lost));
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
fn cancel() -> Verdict {
    Verdict::Cancel(Box::new(Reason::SiblingFailed))
}
