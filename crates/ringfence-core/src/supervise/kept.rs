//! A child that is kept running.

use super::{ChildSpec, Made};
use crate::{
    cancel::CancelToken,
    join_set::Key,
    outcome::{Cancelled, Reason, ScopeError},
    scope::{PanicPolicy, Scope, scope},
    time::sleep,
};
use alloc::boxed::Box;
use core::{future::Future, pin::Pin, time::Duration};
use std::time::Instant;

/// Makes a child.
type Make<'env, E> = Box<dyn FnMut(Scope<'env, E>) -> Made<'env, E> + Send + 'env>;

/// A child that runs, or is about to.
pub(super) type Running<'env, E> = Pin<Box<dyn Future<Output = Past<E>> + Send + 'env>>;

/// What is over of a child.
pub(super) enum Past<E> {
    /// The delay before its life, which is to begin now.
    Delay,
    /// Its life, or it was stopped before that.
    Life(Result<(), ScopeError<E>>),
}

/// A child of a supervisor, whether it runs or not.
pub(super) struct Kept<'env, E> {
    pub(super) spec: ChildSpec,
    make: Make<'env, E>,
    /// Asks it to end, and its place among those who run; none if it does not.
    run: Option<(CancelToken, Key)>,
    /// When its last life began.
    since: Option<Instant>,
    /// How often it was started again without having run for long.
    restarts: u32,
}

impl<'env, E: Send + 'env> Kept<'env, E> {
    pub(super) fn new(spec: ChildSpec, make: Make<'env, E>) -> Self {
        Self { spec, make, run: None, since: None, restarts: 0 }
    }

    /// Whether it runs, or is about to.
    pub(super) fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Whether it is the one with this place, which has ended.
    pub(super) fn has_ended(&mut self, ended: Key) -> bool {
        self.run.take_if(|(_, key)| *key == ended).is_some()
    }

    /// Begins a life: `insert` gives it its place.
    pub(super) fn begin(&mut self, now: Instant, insert: impl FnOnce(Running<'env, E>) -> Key) {
        let (token, ChildSpec { name, grace, .. }) = (CancelToken::new(), self.spec.clone());
        let scoped = scope(&mut self.make).named(name).under(&token).grace(grace);
        let scoped = scoped.panics(PanicPolicy::Collect);
        let life = async move { Past::Life(scoped.await) };
        self.run = Some((token, insert(Box::pin(life))));
        self.since = Some(now);
    }

    /// Waits before it is started, unless `token` is cancelled: `insert` gives it its place.
    pub(super) fn wait(
        &mut self,
        delay: Duration,
        token: CancelToken,
        insert: impl FnOnce(Running<'env, E>) -> Key,
    ) {
        let asked = token.clone();
        let wait = async move {
            let _ = asked.run_until_cancelled(sleep(delay)).await;
            // It may have been asked in the moment in which the delay was over.
            match asked.reason() {
                Some(reason) => Past::Life(Err(Cancelled::new(reason).into())),
                None => Past::Delay,
            }
        };
        self.run = Some((token, insert(Box::pin(wait))));
    }

    /// Asks it to end, if it runs.
    pub(super) fn ask(&self) {
        if let Some((token, _)) = &self.run {
            token.cancel(Reason::from("stopped by its supervisor"));
        }
    }

    /// How long it is to wait before it is started again.
    pub(super) fn delay(&mut self, (first, most): (Duration, Duration), now: Instant) -> Duration {
        let has_run = self.since.map(|since| now.saturating_duration_since(since));
        if has_run.is_some_and(|has_run| has_run >= most) {
            self.restarts = 0;
        }
        let doubled = 2_u32.checked_pow(self.restarts).and_then(|times| first.checked_mul(times));
        self.restarts += 1;
        doubled.map_or(most, |doubled| doubled.min(most))
    }
}
