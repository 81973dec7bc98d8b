//! What others see of a scope by its gate: where it was opened, how far it is, its deadlines.

use super::Gate;
use crate::{
    cancel::{CancelToken, Lend},
    observe::{ObservedChild, ObservedScope, Phase},
};
use alloc::sync::Arc;
use core::panic::Location;
use std::time::Instant;

impl Gate {
    /// Where the scope was opened.
    pub(in crate::scope) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// How far the scope has come, as far as this knows.
    pub(in crate::scope) fn phase(&self) -> Phase {
        let (begun, gone) = self.state.with(|state| (state.begun, state.gone));
        match self.refusal() {
            _ if gone => Phase::Ended,
            Some(reason) => Phase::Cancelling(reason),
            None if begun => Phase::Open,
            None => Phase::New,
        }
    }

    /// The record of the scope, if somebody looks on.
    pub(in crate::scope) fn observed(&self) -> Option<&ObservedScope> {
        self.observed.get()
    }

    /// Says where the record of the scope is.
    pub(in crate::scope) fn set_observed(&self, scope: ObservedScope) {
        assert!(self.observed.set(scope).is_ok(), "a scope begins once");
    }

    /// Notes the scope's deadline, and the earliest around it.
    pub(in crate::scope) fn note_deadlines(&self, deadlines: [Option<Instant>; 2]) {
        self.state.with(|state| state.deadlines = deadlines);
        if let Some(scope) = self.observed() {
            scope.set_deadline(self.deadline());
        }
    }

    /// When the time of the scope is up, by itself or by what is around it.
    pub(in crate::scope) fn deadline(&self) -> Option<Instant> {
        self.state.with(|state| {
            let [own, around] = state.deadlines;
            state.deadline.unwrap_or(own).into_iter().chain(around).min()
        })
    }
}

/// Children of the scope have its token in force, which need not be there until they ask for it.
impl Lend for Gate {
    fn token(self: Arc<Self>) -> CancelToken {
        Gate::token(&self)
    }

    fn observed(&self) -> Option<ObservedChild> {
        self.observed()?.polled()
    }
}
