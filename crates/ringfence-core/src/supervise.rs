//! Children that are started again: a layer over scopes.

mod kept;
mod run;
mod spec;

pub use spec::{ChildSpec, GaveUp, Restart, Strategy};

use crate::{
    outcome::ErrorGroup,
    scope::{ChildOutput, Scope},
};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use kept::Kept;

/// Keeps children running: each is made by a function, and made anew when it has ended.
///
/// Each child is the body of a [scope](crate::scope()) of its own, and gets that scope: what it
/// spawns ends before it does, and is not there any more when it is started again. What `strategy`
/// says is started again with the child that has ended, and what the [`ChildSpec`] says of the child
/// itself, is as of Erlang's supervisors.
///
/// Resolves to `Ok(())` once no child is left, since all have ended that are not started again; or
/// once it was asked to end by the token in force where it was first polled, and all children have
/// ended, one after the other, the one that was given last first.
///
/// # Order
///
/// Children are started in the order given. Those that are stopped together are stopped one by one
/// in the reverse order: each is asked by its token, and dropped when its
/// [grace](ChildSpec::grace) is over.
///
/// # Errors
///
/// [`GaveUp`], if there were more restarts within a time than [`intensity`](Supervise::intensity)
/// allows. All children have been stopped then.
///
/// # Panics
///
/// The panic of a child is a failure of it, and restarts it. A panic of a function that makes
/// children, or of what was given to [`on_failure`](Supervise::on_failure), goes through.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, at once and in place.
///
/// # Cost
///
/// Three allocations for each start of a child, and those of its scope.
///
/// # Semantics
///
/// As Erlang/OTP's `supervisor`, but children begin when they are polled: none is waited for to have
/// started. There is no `simple_one_for_one`: that is a scope with
/// [`OnFailure::Sink`](crate::OnFailure::Sink).
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, supervise::{ChildSpec, Strategy, supervise}};
/// use std::{sync::atomic::{AtomicU32, Ordering}, time::Duration};
///
/// let connections = AtomicU32::new(0);
/// let served = supervise(Strategy::OneForOne)
///     .intensity(5, Duration::from_secs(10))
///     .child(ChildSpec::transient("listener"), async |_s| {
///         // The third connection holds.
///         match connections.fetch_add(1, Ordering::Relaxed) {
///             0 | 1 => Err("reset by peer"),
///             _ => Ok(()),
///         }
///     });
/// assert!(block_on(served).is_ok());
/// assert_eq!(connections.into_inner(), 3);
///
/// let hopeless = supervise(Strategy::OneForOne)
///     .child(ChildSpec::permanent("flaky"), async |_s| Err::<(), _>("down"));
/// let gave_up = block_on(hopeless).unwrap_err();
/// assert_eq!(gave_up.to_string(), "`flaky` was to be started again more than once in 5s");
/// assert_eq!(gave_up.cause().unwrap().errors().next(), Some(&"down"));
/// ```
pub fn supervise<'env, E: Send + 'env>(strategy: Strategy) -> Supervise<'env, E> {
    Supervise { state: State::Planned(Plan::new(strategy)) }
}

/// The future of [`supervise`].
///
/// # Panics
///
/// If it is polled again after it has ended.
///
/// # Cancel safety
///
/// If this is dropped, its children are dropped with it, at once and in place.
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Supervise<'env, E> {
    state: State<'env, E>,
}

enum State<'env, E> {
    Planned(Plan<'env, E>),
    Running(Pin<Box<dyn Future<Output = Result<(), GaveUp<E>>> + Send + 'env>>),
    Done,
}

/// A child, as the function that makes it returns it.
type Made<'env, E> = Pin<Box<dyn Future<Output = Result<(), E>> + Send + 'env>>;

/// Who is told of failures.
type OnFailure<'env, E> = Box<dyn FnMut(&str, ErrorGroup<E>) + Send + 'env>;

/// What is said of a supervisor before it begins.
struct Plan<'env, E> {
    strategy: Strategy,
    restarts: usize,
    period: Duration,
    backoff: (Duration, Duration),
    on_failure: Option<OnFailure<'env, E>>,
    children: Vec<Kept<'env, E>>,
}

impl<E> Plan<'_, E> {
    fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            restarts: 1,
            period: Duration::from_secs(5),
            backoff: (Duration::ZERO, Duration::ZERO),
            on_failure: None,
            children: Vec::new(),
        }
    }
}

impl<'env, E: Send + 'env> Supervise<'env, E> {
    /// Adds a child, which `make` makes whenever it is started.
    ///
    /// It returns `()` or a `Result<_, E>`, of which the value is dropped.
    pub fn child<F, C>(self, spec: ChildSpec, mut make: F) -> Self
    where
        F: FnMut(Scope<'env, E>) -> C + Send + 'env,
        C: Future<Output: ChildOutput<E>> + Send + 'env,
    {
        let make = move |s| -> Made<'env, E> {
            let child = make(s);
            Box::pin(async move { child.await.into_result().map(drop) })
        };
        self.change(|plan| plan.children.push(Kept::new(spec, Box::new(make))))
    }

    /// Gives up when more than `restarts` are needed within `period`: more than 1 within 5 seconds, if
    /// nothing is said.
    ///
    /// A restart of several children at once counts as one.
    pub fn intensity(self, restarts: usize, period: Duration) -> Self {
        self.change(|plan| (plan.restarts, plan.period) = (restarts, period))
    }

    /// Waits before a restart: `first` before the first one, twice as long before each that follows,
    /// and never longer than `most`.
    ///
    /// A child that has run for `most` begins anew with `first`. The others go on meanwhile, unless
    /// they are started again with it.
    pub fn backoff(self, first: Duration, most: Duration) -> Self {
        self.change(|plan| plan.backoff = (first, most))
    }

    /// Hands the failures of children over to `tell`, with the name of the child; but for the last
    /// one, which is in [`GaveUp`].
    ///
    /// Without this they are dropped.
    pub fn on_failure(self, tell: impl FnMut(&str, ErrorGroup<E>) + Send + 'env) -> Self {
        self.change(|plan| plan.on_failure = Some(Box::new(tell)))
    }

    fn change(mut self, change: impl FnOnce(&mut Plan<'env, E>)) -> Self {
        match &mut self.state {
            State::Planned(plan) => change(plan),
            State::Running(_) | State::Done => panic!("a supervisor is changed before it begins"),
        }
        self
    }
}

/// Nothing in it is pinned in place.
impl<E> Unpin for Supervise<'_, E> {}

impl<'env, E: Send + 'env> Future for Supervise<'env, E> {
    type Output = Result<(), GaveUp<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Planned(_) = self.state {
            let State::Planned(plan) = core::mem::replace(&mut self.state, State::Done) else {
                unreachable!("it was looked at just now")
            };
            self.state = State::Running(Box::pin(run::run(plan)));
        }
        let State::Running(running) = &mut self.state else {
            panic!("`supervise` was polled after it had ended")
        };
        let ended = ready!(running.as_mut().poll(cx));
        self.state = State::Done;
        Poll::Ready(ended)
    }
}

impl<E> fmt::Debug for Supervise<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Planned(_) => "Supervise(planned)",
            State::Running(_) => "Supervise(running)",
            State::Done => "Supervise(done)",
        })
    }
}
