//! The future of a scope: what may be asked of it before it begins.

mod begin;
#[cfg(feature = "std")]
mod observe;
mod run;

use super::{
    door::Door,
    first::First,
    ledger::Ledger,
    mode::Mode,
    nest::Nest,
    patience::Patience,
    policy::{OnFailure, PanicPolicy},
};
#[cfg(feature = "std")]
use crate::time::Deadline;
use crate::{
    cancel::{CancelToken, drain::Drain},
    engine::{limit::IntoLimit, ready::Ready},
    outcome::{Label, Name, Reason},
    sync::Arc,
};
use alloc::boxed::Box;
use core::{fmt, future::Future};
use pin_project_lite::pin_project;

pin_project! {
    /// The future of [`scope`](crate::scope()) and [`scope_local`](crate::scope_local()).
    ///
    /// # States
    ///
    /// ```text
    ///   new
    ///    │ it is polled
    ///    ▼   1 decided           3 nobody is left
    ///   open ───────────▶ ending ─────────────────▶ draining
    ///    │                ▲    │                      ▲  │
    ///    │                └─2──┘ a grace is over      │  │ 5
    ///    └────────────────────────────────────────────┘  ▼
    ///          4 the body and all regular children     done
    ///            have ended
    /// ```
    ///
    /// At 1 and at 2 whoever has had all of its grace is dropped, unless it is behind a shield. 2 is
    /// walked when the bound of a shield has passed, too.
    /// 5 is walked at once unless a child on a runtime was dropped inside a poll, and has not gone.
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
    {
        #[pin]
        nest: Nest<'env, B, E, M>,
        ready: Ready,
        ledger: Ledger<'env, T, E>,
        phase: Phase,
        patience: Patience,
        said: Option<Box<Said<'env>>>,
        door: Arc<Door<'env, E, M>>,
        // Children on a runtime that were dropped inside a poll.
        drain: Drain,
    }

    impl<'env, B, T, E, M> PinnedDrop for Scoped<'env, B, T, E, M>
    where
        M: Mode,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Phase::Done = this.phase {
                return;
            }
            // The door first: a destructor may spawn, and must find it closed.
            this.door.gate.close(Reason::Dropped);
            let ledger = this.ledger;
            ledger.forsake();
            let mut nest = this.nest;
            nest.as_mut().watch().dropping(&this.door.gate);
            nest.as_mut().clear(&mut |end| drop(ledger.child(end)));
            nest.watch().closed();
            let _ = ledger.run(|| this.door.gate.let_go(Reason::Dropped));
            if let Some(panic) = ledger.take_panic() {
                panic.resume_unless_panicking();
            }
        }
    }
}

/// What is said of few scopes.
#[derive(Default)]
struct Said<'env> {
    name: Option<Name>,
    on_leftovers: Option<OnLeftovers<'env>>,
    /// Until the scope begins.
    #[cfg(feature = "std")]
    observers: alloc::vec::Vec<alloc::sync::Arc<crate::observe::Onlooker>>,
}

/// Who is told of those that were left over.
type OnLeftovers<'env> = Box<dyn FnMut(&Label) + Send + 'env>;

/// How far a scope has come.
#[derive(Debug)]
enum Phase {
    /// It was not polled yet.
    New,
    Open,
    /// Everything was asked to end.
    Ending,
    /// Everything was dropped, and children on a runtime have not gone yet.
    Draining,
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
            phase: Phase::New,
            patience: Patience::default(),
            said: None,
            door,
            drain: Drain::new(),
        }
    }

    /// Gives the scope a name, to be shown in errors.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.said.get_or_insert_default().name = Some(name.into());
        self
    }

    /// Makes the scope fail with [`ScopeError::Elapsed`](crate::ScopeError::Elapsed) if it takes longer than `limit`, from the
    /// first poll on.
    ///
    /// Everything is cancelled first. A failure that came before, or comes meanwhile, is told
    /// rather than the timeout.
    #[cfg(feature = "std")]
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.patience.set_deadline(Deadline::after(limit));
        self
    }

    /// Makes the scope fail with [`ScopeError::Elapsed`](crate::ScopeError::Elapsed) if it takes until after `deadline`, an
    /// instant of the timer in force.
    #[cfg(feature = "std")]
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.patience.set_deadline(Deadline::at(deadline));
        self
    }

    /// Puts the scope under `token`: if that is cancelled, so is the scope.
    ///
    /// Without this it is under the token in force where it is first polled. A scope whose own
    /// token was asked for already stays where it is: say this before anything else.
    pub fn under(self, token: &CancelToken) -> Self {
        self.door.gate.put_under(token);
        self
    }

    /// Lets the body and the children go on for as long as `grace` once they were asked to end.
    ///
    /// They are asked by the scope's token. Without grace, which is the default, they are dropped
    /// at once.
    #[cfg(feature = "std")]
    pub fn grace(mut self, grace: core::time::Duration) -> Self {
        self.patience.set_grace(grace);
        self
    }

    /// Calls `tell` for each child, and for the body, that had to be dropped at the end of the
    /// grace.
    #[cfg(feature = "std")]
    pub fn on_leftovers(mut self, tell: impl FnMut(&Label) + Send + 'env) -> Self {
        self.said.get_or_insert_default().on_leftovers = Some(Box::new(tell));
        self
    }

    /// Lets at most `limit` children run at a time; the others wait, in the order of their spawns.
    ///
    /// Neither the body nor daemons are counted, by a [`Limiter`](crate::Limiter) neither.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(mut self, limit: L) -> Self {
        self.nest.limit(limit.into_limit());
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
    /// nothing to return. If it was cancelled with a scope around it, it does not panic, but stays
    /// pending until it is dropped with what awaits it.
    pub fn first(self) -> First<Self> {
        First::new(self)
    }
}

impl<B, T, E, M: Mode> fmt::Debug for Scoped<'_, B, T, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("name", &self.said.as_ref().and_then(|said| said.name.as_ref()))
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
