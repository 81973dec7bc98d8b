//! What a program's scope is asked before it begins.

use super::stage::{Actor, BODY, Cargo, Event, Id, Last, Stage};
use crate::tape::Tape;
use ringfence_core::{Cause, Failure, OnFailure, PanicPolicy, Scope, ScopeError, scope};
use std::{future::Future, pin::Pin, time::Duration};

pub(super) type Running = Pin<Box<dyn Future<Output = Result<Cargo, ScopeError<Cargo>>>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnFail {
    CancelAll,
    Collect,
    Sink,
}

/// Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub(super) on_fail: OnFail,
    pub(super) panics: PanicPolicy,
    pub(super) grace: u64,
    pub(super) timeout: Option<u64>,
    pub(super) limit: Option<usize>,
}

impl Script {
    pub(super) fn read(tape: &mut Tape<'_>) -> Self {
        Self {
            on_fail: tape.choose(&[OnFail::CancelAll, OnFail::Collect, OnFail::Sink]),
            panics: tape.choose(&[PanicPolicy::Resume, PanicPolicy::Collect]),
            grace: tape.choose(&[0, 0, 10]),
            timeout: tape.choose(&[None, None, Some(0), Some(15)]),
            limit: tape.choose(&[None, None, Some(1), Some(2)]),
        }
    }

    /// Opens the scope, with the first of all actors for a body.
    pub(super) fn open(&self, stage: &Stage) -> Running {
        let body = stage.actor();
        let whole = scope(|s: Scope<'static, Cargo>| -> Actor {
            stage.set_scope(s);
            body
        });
        let told = stage.clone();
        let on_failure = match self.on_fail {
            OnFail::CancelAll => OnFailure::CancelAll,
            OnFail::Collect => OnFailure::Collect,
            OnFail::Sink => OnFailure::sink(move |failure| {
                let (id, last) = fault(&failure);
                told.log(Event::Sunk(id, last));
            }),
        };
        let mut whole = whole
            .on_failure(on_failure)
            .panics(self.panics)
            .grace(Duration::from_millis(self.grace));
        if let Some(timeout) = self.timeout {
            whole = whole.timeout(Duration::from_millis(timeout));
        }
        if let Some(limit) = self.limit {
            whole = whole.limit(limit);
        }
        Box::pin(whole)
    }
}

/// Whose failure it is, and of which kind.
pub(super) fn fault(failure: &Failure<Cargo>) -> (Id, Last) {
    let id = if failure.is_body() { BODY } else { failure.child.index() as Id + 1 };
    match &failure.cause {
        Cause::Error(error) => {
            assert_eq!(error.id, id, "a failure is told of somebody else");
            (id, Last::Fail)
        }
        Cause::Panic(_) => (id, Last::Panic),
    }
}
