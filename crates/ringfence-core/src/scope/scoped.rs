//! The future of a scope.

use super::{
    door::Door,
    first::First,
    ledger::{Conclusion, Ledger, Verdict},
    mode::Mode,
    nest::{Event, Nest},
    patience::{Over, Patience},
    policy::{OnFailure, PanicPolicy},
};
#[cfg(feature = "std")]
use crate::{cancel, time::Deadline};
use crate::{
    engine::{
        limit::IntoLimit,
        ready::Ready,
        turn::{PENDING, turn},
    },
    outcome::{Elapsed, Label, Name, Reason, ScopeError, TimeLimit},
    sync::Arc,
};
use alloc::boxed::Box;
use core::{
    fmt,
    future::Future,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;

pin_project! {
    /// The future of [`scope`](crate::scope()) and [`scope_local`](crate::scope_local()).
    ///
    /// # States
    ///
    /// ```text
    ///          1 decided                  2 all have ended, or the grace is over
    ///   open ─────────────▶ ending ──────────────────────────────────────────────▶ done
    ///    │                                                                          ▲
    ///    └──────────────────────────────────────────────────────────────────────────┘
    ///          3 the body and all regular children have ended; or decided, without grace
    /// ```
    ///
    /// A scope is decided by a failure, a panic, its deadline, or the cancellation of its token.
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended, and with the panic of a child.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the body and all children are dropped with it, at once and in place.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Scoped<'env, B, T, E, M>
    where
        M: Mode,
        E: 'env,
    {
        #[pin]
        nest: Nest<'env, B, E, M>,
        ready: Ready,
        ledger: Ledger<'env, T, E>,
        phase: Phase,
        patience: Patience,
        name: Option<Name>,
        on_leftovers: Option<OnLeftovers<'env>>,
        door: Arc<Door<'env, E, M>>,
    }

    impl<'env, B, T, E, M> PinnedDrop for Scoped<'env, B, T, E, M>
    where
        M: Mode,
        E: 'env,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Phase::Done = this.phase {
                return;
            }
            // The door first: a destructor may spawn, and must find it closed.
            this.door.close(Reason::Dropped);
            let panic = this.nest.clear();
            this.door.gate.leave();
            if let Some(panic) = panic {
                panic.resume_unless_panicking();
            }
        }
    }
}

/// Who is told of those that were left over.
type OnLeftovers<'env> = Box<dyn FnMut(&Label) + Send + 'env>;

/// How far a scope has come.
#[derive(Debug)]
enum Phase {
    Open,
    /// Everything was asked to end.
    Ending,
    Done,
}

impl<'env, B, T, E, M> Scoped<'env, B, T, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    pub(super) fn new(body: B, door: Arc<Door<'env, E, M>>) -> Self {
        Self {
            nest: Nest::new(body, door.clone()),
            ready: Nest::<B, E, M>::ready(),
            ledger: Ledger::new(),
            phase: Phase::Open,
            patience: Patience::default(),
            name: None,
            on_leftovers: None,
            door,
        }
    }

    /// Gives the scope a name, to be shown in errors.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes the scope fail with [`ScopeError::Elapsed`] if it takes longer than `limit`, from the
    /// first poll on.
    ///
    /// Everything is cancelled first. A failure that came before, or comes meanwhile, is told
    /// rather than the timeout.
    #[cfg(feature = "std")]
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.patience.deadline = Some(Deadline::after(limit));
        self
    }

    /// Makes the scope fail with [`ScopeError::Elapsed`] if it takes until after `deadline`, an
    /// instant of the timer in force.
    #[cfg(feature = "std")]
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.patience.deadline = Some(Deadline::at(deadline));
        self
    }

    /// Lets the body and the children go on for as long as `grace` once they were asked to end.
    ///
    /// They are asked by the scope's token. Without grace, which is the default, they are dropped
    /// at once.
    #[cfg(feature = "std")]
    pub fn grace(mut self, grace: core::time::Duration) -> Self {
        self.patience.grace = grace;
        self
    }

    /// Calls `tell` for each child, and for the body, that had to be dropped at the end of the
    /// grace.
    #[cfg(feature = "std")]
    pub fn on_leftovers(mut self, tell: impl FnMut(&Label) + Send + 'env) -> Self {
        self.on_leftovers = Some(Box::new(tell));
        self
    }

    /// Lets at most `limit` children run at a time; the others wait, in the order of their spawns.
    ///
    /// The body is not counted.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(mut self, limit: L) -> Self {
        self.nest.limit(limit.into_limit().get());
        self
    }

    /// Says what a panic of a child, or of the body, does.
    pub fn panics(mut self, policy: PanicPolicy) -> Self {
        self.ledger.panics = policy;
        self
    }

    /// Says what a failure of a child does.
    pub fn on_failure(mut self, policy: OnFailure<'env, E>) -> Self {
        if !matches!(policy, OnFailure::CancelAll) {
            self.door.gate.supervise();
        }
        self.ledger.on_failure = policy;
        self
    }

    /// Keeps the first `keep` failures only, at least one, and the number of the others.
    pub fn keep_errors(mut self, keep: usize) -> Self {
        self.ledger.keep = keep.max(1);
        self
    }

    /// Makes the scope fail with the first error as it is, and resume the first panic.
    ///
    /// # Panics
    ///
    /// If the scope was cancelled, or its time was up, before it had a value: then there is
    /// nothing to return.
    pub fn first(self) -> First<Self> {
        First::new(self)
    }
}

/// Why a turn of a scope was broken off.
enum Step {
    /// Everything is to be cancelled.
    Cancel(Reason),
    /// There is nothing left to wait for.
    Quiet,
}

impl<B, T, E, M> Scoped<'_, B, T, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    /// Polls what was woken.
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        let this = self.project();
        let (mut nest, ledger) = (this.nest, this.ledger);
        let open = matches!(this.phase, Phase::Open);
        if nest.as_mut().is_left(open) {
            return Poll::Ready(Step::Quiet);
        }
        turn(this.ready, nest, cx, |ready, mut nest, _, end| {
            let verdict = match end {
                Ok(Event::Body(output)) => ledger.body(output),
                Ok(Event::Child(end)) => {
                    nest.as_mut().fill(ready);
                    ledger.child(end)
                }
                Err(panic) => {
                    let end = nest.as_mut().panicked(panic);
                    nest.as_mut().fill(ready);
                    ledger.child(end)
                }
                Ok(Event::Rung) => {
                    nest.as_mut().answer(ready);
                    Verdict::GoOn
                }
                Ok(Event::Cancelled(reason)) if open => ledger.cancel(reason),
                Ok(Event::Cancelled(_)) => Verdict::GoOn,
            };
            match verdict {
                Verdict::Cancel(reason) if open => ControlFlow::Break(Step::Cancel(reason)),
                _ if nest.is_left(open) => ControlFlow::Break(Step::Quiet),
                _ => ControlFlow::Continue(()),
            }
        })
    }

    /// As [`step`](Self::step), once no more is to be waited for: all that was woken is polled.
    fn last_steps(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        let turns = self.as_mut().project().nest.running() / PENDING as usize;
        for _ in 0..=turns {
            let step = self.as_mut().step(cx);
            if step.is_ready() {
                return step;
            }
        }
        Poll::Pending
    }

    /// Asks everything to end. False if there is no time for it to.
    fn ask(self: Pin<&mut Self>, reason: Reason) -> bool {
        let this = self.project();
        this.door.close(reason.clone());
        this.door.gate.token().cancel(reason);
        if !this.patience.ask() {
            return false;
        }
        *this.phase = Phase::Ending;
        true
    }

    /// Tells who has not used the grace to end.
    fn tell_leftovers(self: Pin<&mut Self>) {
        let this = self.project();
        if let Some(tell) = this.on_leftovers {
            this.nest.unfinished().iter().for_each(tell);
        }
    }

    /// Drops what is left, and concludes.
    fn finish(self: Pin<&mut Self>) -> Conclusion<T, E> {
        let mut this = self.project();
        *this.phase = Phase::Done;
        // The door first: a destructor may spawn, and must find it closed.
        this.door.close(Reason::Closed);
        if let Some(panic) = this.nest.as_mut().clear() {
            let _ = this.ledger.panic(panic);
        }
        // Who waits for the token from outside waits no longer than the scope lasts.
        if let Some(token) = this.door.gate.token_in_use() {
            token.cancel(Reason::Closed);
        }
        this.door.gate.leave();
        this.ledger.conclude()
    }

    /// Polls the scope until nothing of it runs any more.
    pub(super) fn poll_end(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Conclusion<T, E>> {
        let this = self.as_mut().project();
        if let Phase::Done = this.phase {
            panic!("a scope was polled after it had ended");
        }
        #[cfg(feature = "std")]
        let _within = cancel::within(&this.door.gate.token());
        this.patience.begin();
        loop {
            let mut step = self.as_mut().step(cx);
            if step.is_pending() {
                step = match ready!(self.as_mut().project().patience.poll(cx)) {
                    Over::Grace => {
                        self.as_mut().tell_leftovers();
                        return Poll::Ready(self.finish());
                    }
                    Over::Scope(limit) => match self.as_mut().last_steps(cx) {
                        Poll::Pending => Poll::Ready(self.as_mut().elapse(limit)),
                        step => step,
                    },
                };
            }
            let more = match ready!(step) {
                Step::Cancel(reason) => self.as_mut().ask(reason),
                Step::Quiet => self.as_mut().leave(),
            };
            if !more {
                return Poll::Ready(self.finish());
            }
        }
    }

    /// Ends in good order: nothing is left but daemons. False if there is nothing to wait for.
    fn leave(mut self: Pin<&mut Self>) -> bool {
        let mut this = self.as_mut().project();
        if !matches!(this.phase, Phase::Open) {
            return false;
        }
        if !this.door.close_if_idle() {
            // Somebody came at the last moment.
            this.nest.answer(this.ready);
            return true;
        }
        !this.nest.as_mut().is_left(false) && self.ask(Reason::Closed)
    }

    /// Notes that the time is up, and who has not ended.
    fn elapse(self: Pin<&mut Self>, limit: TimeLimit) -> Step {
        let this = self.project();
        let unfinished = this.nest.unfinished();
        this.ledger.elapse(Elapsed::new(limit, this.name.clone(), unfinished));
        Step::Cancel(Reason::Deadline)
    }
}

impl<B, T, E, M> Future for Scoped<'_, B, T, E, M>
where
    B: Future<Output = Result<T, E>>,
    M: Mode,
{
    type Output = Result<T, ScopeError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.poll_end(cx)) {
            Conclusion::Value(value) => Ok(value),
            Conclusion::Error(error) => Err(error),
            Conclusion::Panicked(panic) => panic.resume(),
        })
    }
}

impl<B, T, E, M: Mode> fmt::Debug for Scoped<'_, B, T, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("name", &self.name)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
