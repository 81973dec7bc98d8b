//! How each child ended.

#[cfg(feature = "std")]
use crate::{
    parallel::{IntoShards, OnRuntime, Sharding},
    rt::Spawn,
    time::{Deadline, until},
};
// Without a clock there are no deadlines.
#[cfg(not(feature = "std"))]
use core::convert::Infallible as Deadline;

use crate::{
    engine::{
        drive::Drive,
        keep::Outputs,
        limit::IntoLimit,
        members::Members,
        policy::{Panics, Policy, Rest, Stop},
        store::InOrder,
    },
    outcome::Name,
};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;

/// Runs all children at once, and tells how each of them ended.
///
/// Resolves once all have ended, also where some panic; or, with a deadline, once it has passed
/// and those that had not ended have been dropped.
///
/// # Order
///
/// Outcome `i` is that of child `i`, in the shape in which the children were given, as for
/// [`gather`](crate::gather()). Children are first polled in the order given.
///
/// # Panics
///
/// A child's panic is its [`Outcome`](crate::Outcome). If the destructor of a child panics that a
/// deadline has cut, that panic is resumed once the others are dropped.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, and outcomes that were there are
/// lost.
///
/// # Cost
///
/// As [`gather`](crate::gather()).
///
/// # Semantics
///
/// As JavaScript's `Promise.allSettled`. With `.timeout(limit)` it is `asyncio.wait(timeout=limit)`
/// followed by the cancellation of what is pending.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Reason, block_on, settle};
/// use std::{future::{pending, ready}, time::Duration};
///
/// let (value, stalled) = block_on(settle((ready(1), pending::<()>())).timeout(Duration::ZERO));
/// assert_eq!(value.ok(), Some(1));
/// let cancelled = stalled.into_result().unwrap_err();
/// assert_eq!(cancelled.to_string(), "cancelled: a deadline passed");
/// ```
pub fn settle<M, Kind>(members: M) -> Settle<M::Store>
where
    M: Members<Kind, Outputs>,
    M::Store: InOrder,
{
    Settle { drive: Drive::new(members.into_store()), deadline: None }
}

const POLICY: Policy =
    Policy { verb: "settle", stop: Stop::AllEnded, rest: Rest::Cancel, panics: Panics::Keep };

pin_project! {
    /// The future of [`settle`].
    ///
    /// # Panics
    ///
    /// If it is polled again after it has ended.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, its children are dropped with it, at once and in place; outcomes that
    /// were there are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, settle};
    /// use std::{future::Future, pin::Pin};
    ///
    /// type Child = Pin<Box<dyn Future<Output = u8>>>;
    ///
    /// let good: Child = Box::pin(async { 1 });
    /// let bad: Child = Box::pin(async { panic!("out of cheese") });
    /// let ends = block_on(settle([bad, good]).limit(1));
    /// assert_eq!(ends[0].panic().unwrap().message(), Some("out of cheese"));
    /// assert_eq!(ends[1].value(), Some(&1));
    /// ```
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct Settle<S> {
        #[pin]
        drive: Drive<S>,
        deadline: Option<Deadline>,
    }
}

impl<S: InOrder> Settle<S> {
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
        self.drive.limit(limit.into_limit());
        self
    }

    /// Gives it a name.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.drive.set_name(name.into());
        self
    }

    /// Cancels the children that take longer than `limit`, from the first poll on.
    ///
    /// Their outcome is [`Cancelled`](crate::Cancelled), by
    /// [`Reason::Deadline`](crate::Reason::Deadline). So is that of the members of a tuple, an
    /// array or a `Vec` that have not begun because of a limit; what an iterator would have
    /// yielded has no outcome.
    #[cfg(feature = "std")]
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.deadline = Some(Deadline::after(limit));
        self
    }

    /// Cancels the children that take until after `deadline`, an instant of the timer in force.
    ///
    /// As [`timeout`](Settle::timeout).
    #[cfg(feature = "std")]
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.deadline = Some(Deadline::at(deadline));
        self
    }
}

/// Children that run on a runtime.
#[cfg(feature = "std")]
impl<S: InOrder> Settle<S> {
    /// Runs the children as tasks of the runtime `rt`, in parallel, as
    /// [`on`](crate::Verb::on) of other verbs.
    ///
    /// A child that the runtime refuses, or drops before its end, is
    /// [`Cancelled`](crate::Outcome::Cancelled) by [`Reason::RuntimeGone`](crate::Reason::RuntimeGone).
    ///
    /// # Panics
    ///
    /// If children have begun already.
    ///
    /// # Examples
    ///
    /// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
    ///
    /// ```
    /// use ringfence_core::{Outcome, block_on, rt::Spawn, settle};
    ///
    /// async fn heard(rt: impl Spawn + Clone + 'static, words: Vec<&'static str>) -> usize {
    ///     let lengths = words.into_iter().map(async |word| word.strip_prefix('#').unwrap().len());
    ///     let ends = settle(lengths).on(&rt).sharded(2).await;
    ///     ends.into_iter().filter_map(Outcome::ok).sum()
    /// }
    /// # use ringfence_core::rt::{Refused, Task};
    /// # #[derive(Clone)]
    /// # struct Threads;
    /// # impl Spawn for Threads {
    /// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
    /// #         std::thread::spawn(|| block_on(task));
    /// #         Ok(())
    /// #     }
    /// # }
    /// assert_eq!(block_on(heard(Threads, vec!["#to", "be", "#or"])), 4);
    /// ```
    pub fn on<R>(self, rt: &R) -> Settle<S::Remote>
    where
        R: Spawn + Clone + 'static,
        S: OnRuntime<R>,
    {
        Settle { drive: self.drive.map_store(|store| store.on(rt)), deadline: self.deadline }
    }

    /// Runs the children on at most `shards` tasks of the runtime, as
    /// [`sharded`](crate::Verb::sharded) of other verbs.
    ///
    /// # Panics
    ///
    /// If `shards` is 0, or if children have begun already.
    #[track_caller]
    pub fn sharded<N: IntoShards>(self, shards: N) -> Settle<S::Sharded>
    where
        S: Sharding,
    {
        let shards = shards.into_shards();
        let drive = self.drive.map_store(|store| store.sharded(shards, POLICY));
        Settle { drive, deadline: self.deadline }
    }
}

impl<S: InOrder> Future for Settle<S> {
    type Output = S::Outcomes;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<S::Outcomes> {
        let this = self.project();
        let mut drive = this.drive;
        #[cfg(feature = "std")]
        let _until = this.deadline.as_mut().map(|deadline| {
            deadline.begin();
            until(deadline.instant())
        });
        if drive.as_mut().poll(&POLICY, cx).is_pending() {
            #[cfg(feature = "std")]
            if drive.as_mut().is_draining() {
                return Poll::Pending;
            }
            #[cfg(feature = "std")]
            ready!(this.deadline.as_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx)));
            #[cfg(not(feature = "std"))]
            ready!(Poll::<()>::Pending);
            let mut turns = drive.as_mut().last_turns();
            let mut polled = Poll::Pending;
            while polled.is_pending() && turns > 0 {
                turns -= 1;
                polled = drive.as_mut().poll(&POLICY, cx);
            }
            if polled.is_pending() {
                ready!(drive.as_mut().cancel(cx).map(drop));
            }
        }
        let missing = drive.as_mut().missing();
        Poll::Ready(drive.store().outcomes(missing))
    }
}

impl<S: fmt::Debug> fmt::Debug for Settle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settle").finish_non_exhaustive()
    }
}
