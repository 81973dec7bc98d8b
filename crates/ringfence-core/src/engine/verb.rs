//! A verb: a store, a policy, and what is made of the end.

use super::{
    drive::{Decided, Drive},
    limit::{IntoLimit, Limit},
    policy::Policy,
    store::{Store, Uniform},
};
use crate::outcome::Name;
#[cfg(feature = "std")]
use crate::time::{Deadline, Expiry, Timeout};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

/// What makes one verb another: its policy, and the shape of its result.
pub trait Rule<S: Store> {
    /// What the verb returns.
    type Output;

    #[doc(hidden)]
    const POLICY: Policy;

    /// Polls the children, until it is decided what the verb returns.
    #[doc(hidden)]
    fn poll(&mut self, drive: Pin<&mut Drive<S>>, cx: &mut Context<'_>) -> Poll<Self::Output>;

    /// Lets no more than `limit` children run at a time.
    #[doc(hidden)]
    fn limit(&mut self, drive: &mut Drive<S>, limit: Limit) {
        drive.limit(limit);
    }
}

/// What a verb returns that is decided by the first success: that, or all errors.
pub(crate) fn first_success<S, T, E>(store: Pin<&mut S>, decided: Decided) -> Result<T, S::Each<E>>
where
    S: Uniform<Output = Result<T, E>>,
{
    match decided {
        Decided::By(winner) => match store.output(winner) {
            Ok(value) => Ok(value),
            Err(_) => unreachable!("the first success has decided"),
        },
        Decided::AllEnded => Err(store.each(|result| match result {
            Err(error) => error,
            Ok(_) => unreachable!("a success would have decided"),
        })),
    }
}

pin_project! {
    /// The future of a verb: children in a store `S`, driven by a rule `R`.
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended, and with the panic of a child. Then the others
    /// have been dropped.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, its children are dropped with it, at once and in place; what they have
    /// returned is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{Elapsed, block_on, gather};
    /// use std::{future::pending, time::Duration};
    ///
    /// let stuck = gather((async { 1 }, pending::<()>())).named("fetch").timeout(Duration::ZERO);
    /// let elapsed: Elapsed = block_on(stuck).unwrap_err();
    /// assert_eq!(elapsed.to_string(), "`fetch` timed out after 0ns; unfinished: child 1");
    ///
    /// // Endless, but never more than two at a time.
    /// let sum = ringfence_core::race_ok((0..).map(async |n| if n < 9 { Err(n) } else { Ok(n) }));
    /// assert_eq!(block_on(sum.limit(2)), Ok(9));
    /// ```
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Verb<S, R> {
        #[pin]
        drive: Drive<S>,
        rule: R,
    }
}

impl<S: Store, R: Rule<S>> Verb<S, R> {
    #[inline]
    pub(crate) fn new(store: S) -> Self
    where
        R: Default,
    {
        Self::by(R::default(), store)
    }

    /// A verb whose rule says more than which one it is.
    #[inline]
    pub(crate) fn by(rule: R, store: S) -> Self {
        Self { drive: Drive::new(store), rule }
    }

    /// Changes the store, before the verb begins.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn map_store<T>(self, f: impl FnOnce(S) -> T) -> Verb<T, R> {
        Verb { drive: self.drive.map_store(f), rule: self.rule }
    }

    /// Lets at most `limit` children run at a time.
    ///
    /// The next begins when one has ended. An iterator is not advanced before there is a place
    /// for what it yields.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(mut self, limit: L) -> Self {
        self.rule.limit(&mut self.drive, limit.into_limit());
        self
    }

    /// Gives it a name, which [`Elapsed`](crate::Elapsed) shows.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.drive.set_name(name.into());
        self
    }

    /// Makes the output `Err(Elapsed)` if it takes longer than `limit`, from the first poll on.
    ///
    /// The children are dropped first. What is ready when the time is up still counts: every child
    /// that was woken is polled once more, so that with a limit of zero each is polled at least
    /// once.
    #[cfg(feature = "std")]
    pub fn timeout(self, limit: core::time::Duration) -> Timeout<Self> {
        Timeout::new(self, Deadline::after(limit), Self::EXPIRY)
    }

    /// Makes the output `Err(Elapsed)` if it takes until after `deadline`.
    ///
    /// As [`timeout`](Verb::timeout), with an instant of the timer in force.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, race, rt::{self, Timer}};
    /// use std::future::{pending, ready};
    ///
    /// let now = rt::timer().now();
    /// assert_eq!(block_on(race([ready(1), ready(2)]).deadline(now)), Ok(1));
    /// assert!(block_on(race([pending::<()>()]).deadline(now)).is_err());
    /// ```
    #[cfg(feature = "std")]
    pub fn deadline(self, deadline: std::time::Instant) -> Timeout<Self> {
        Timeout::new(self, Deadline::at(deadline), Self::EXPIRY)
    }

    /// What a timeout does once it has passed.
    #[cfg(feature = "std")]
    const EXPIRY: Expiry<Self> = Expiry {
        turns: |verb| verb.project().drive.last_turns(),
        is_decided: |verb| verb.project().drive.is_draining(),
        expired: |verb| verb.project().drive.expired(),
    };
}

impl<S: Store, R: Rule<S>> Future for Verb<S, R> {
    type Output = R::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R::Output> {
        let this = self.project();
        this.rule.poll(this.drive, cx)
    }
}

#[cfg(feature = "std")]
impl<S: Store, R: Rule<S>> Timeout<Verb<S, R>> {
    /// Lets at most `limit` children run at a time, as [`Verb::limit`].
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(self, limit: L) -> Self {
        let limit = limit.into_limit();
        self.map(|verb| verb.limit(limit))
    }

    /// Gives the verb a name, as [`Verb::named`].
    pub fn named(self, name: impl Into<Name>) -> Self {
        self.map(|verb| verb.named(name))
    }

    /// Changes the store of the verb, before that begins.
    pub(crate) fn map_store<T: Store>(self, f: impl FnOnce(S) -> T) -> Timeout<Verb<T, R>>
    where
        R: Rule<T>,
    {
        self.rebuild(|verb| verb.map_store(f), Verb::EXPIRY)
    }
}

impl<S: fmt::Debug, R> fmt::Debug for Verb<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verb").finish_non_exhaustive()
    }
}
