//! What is done at a condition or after a time, while the rest goes on.

mod children;
pub mod until;

#[cfg(feature = "std")]
use crate::time::Deadline;
use crate::{
    engine::source::collect,
    join_set::{JoinSet, Key},
    outcome::Outcome,
};
use alloc::vec::Vec;
use children::Children;
use core::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    task::{Context, Poll, ready},
};
use until::Until;

impl<F: Future> JoinSet<F> {
    /// Waits until `condition` is met, and returns all children that have ended by then.
    ///
    /// The others stay in the set, and go on when it is polled again. Resolves once the condition
    /// is met, or all children have ended; at once, if the set is empty.
    ///
    /// # Order
    ///
    /// As the children ended. There may be more than the condition asked for: all that were ready
    /// in that poll. Children that have ended before, while somebody waited who gave up, come
    /// first, and count for the condition.
    ///
    /// # Panics
    ///
    /// If `condition` does. A child's panic is its outcome.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has resolved, nothing is lost: outcomes that were there
    /// stay in the set.
    ///
    /// # Semantics
    ///
    /// As `asyncio.wait` of Python 3.13: a timeout is not an error, and cancels nobody. But the
    /// set owns its children, so that none can be left behind, and an empty one is no error.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{JoinSet, block_on, until};
    /// use std::future::{Future, pending, ready};
    /// use std::pin::Pin;
    ///
    /// let mut set = JoinSet::<Pin<Box<dyn Future<Output = u8>>>>::new();
    /// set.insert(Box::pin(pending()));
    /// let quick = set.insert(Box::pin(ready(1)));
    ///
    /// let done = block_on(set.wait(until::FirstCompleted));
    /// assert_eq!(done[0].0, quick);
    /// assert_eq!(set.len(), 1);
    /// ```
    pub fn wait<C: Until<F::Output>>(&mut self, condition: C) -> Wait<'_, F, C> {
        Wait { set: self, waiting: Waiting::new(condition) }
    }
}

/// The future of [`JoinSet::wait`].
///
/// # Cancel safety
///
/// If this is dropped before it has resolved, nothing is lost: outcomes stay in the set.
///
/// # Examples
///
/// ```
/// use ringfence_core::{JoinSet, block_on, rt::{self, Timer}, until};
/// use std::{future::pending, time::Duration};
///
/// let mut set = JoinSet::from_iter([pending::<()>()]);
/// assert!(block_on(set.wait(until::AllCompleted).timeout(Duration::ZERO)).is_empty());
/// let now = rt::timer().now();
/// assert!(block_on(set.wait(until::AllCompleted).deadline(now)).is_empty());
/// assert_eq!(set.len(), 1); // a time that is up cancels nobody
/// ```
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Wait<'set, F: Future, C> {
    set: &'set mut JoinSet<F>,
    waiting: Waiting<C>,
}

impl<F: Future, C: Until<F::Output>> Wait<'_, F, C> {
    /// Waits no longer than `limit`, from the first poll on.
    ///
    /// What has ended by then is returned. With a limit of zero, every child that was woken is
    /// polled at least once.
    #[cfg(feature = "std")]
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.waiting.deadline = Some(Deadline::after(limit));
        self
    }

    /// Waits no longer than until `deadline`, an instant of the timer in force.
    #[cfg(feature = "std")]
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.waiting.deadline = Some(Deadline::at(deadline));
        self
    }
}

impl<F: Future, C: Until<F::Output>> Future for Wait<'_, F, C> {
    type Output = Vec<(Key, Outcome<F::Output>)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { set, waiting } = self.get_mut();
        waiting.poll(set, cx)
    }
}

/// Runs `futures` until `condition` is met, and returns what is done by then, and what is not.
///
/// Resolves once the condition is met, or all children have ended; at once, if there are none.
///
/// # Order
///
/// `done` is in the order in which the children ended. There may be more than the condition asked
/// for: all that were ready in that poll. The index of a key is the place of its child in
/// `futures`, and `pending` is the set that the keys belong to.
///
/// # Panics
///
/// If `condition` does. A child's panic is its outcome.
///
/// # Cancel safety
///
/// If the future is dropped, its children are dropped with it, and outcomes that were there are
/// lost. To keep them, use [`JoinSet::wait`].
///
/// # Cost
///
/// As [`JoinSet`].
///
/// # Semantics
///
/// As `asyncio.wait` of Python 3.13: a timeout is not an error, and cancels nobody. But the
/// pending children are owned by the caller: if the set is dropped, so are they. To wait for none
/// is no error.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Waited, block_on, until, wait};
/// use std::future::ready;
///
/// let Waited { done, pending } = block_on(wait([ready(1), ready(2)], until::AllCompleted));
/// let outputs: Vec<_> = done.into_iter().filter_map(|(_, outcome)| outcome.ok()).collect();
/// assert_eq!((outputs, pending.len()), (vec![1, 2], 0));
/// ```
pub fn wait<I, C>(futures: I, condition: C) -> WaitFor<<I::Item as IntoFuture>::IntoFuture, C>
where
    I: IntoIterator<Item: IntoFuture>,
    C: Until<<I::Item as IntoFuture>::Output>,
{
    let children = collect(futures.into_iter().map(IntoFuture::into_future));
    WaitFor { children: Children::New(children), waiting: Waiting::new(condition) }
}

/// What [`wait`](wait()) returns.
///
/// # Examples
///
/// ```
/// use ringfence_core::{Waited, block_on, until, wait};
/// use std::{future::pending, time::Duration};
///
/// let waiting = wait([pending::<()>()], until::AllCompleted).timeout(Duration::ZERO);
/// let Waited { done, mut pending } = block_on(waiting);
/// assert!(done.is_empty());
/// assert!(pending.try_next().is_none()); // it goes on as it is polled
/// ```
#[derive(Debug)]
pub struct Waited<F: Future> {
    /// The children that have ended, in the order in which they did.
    pub done: Vec<(Key, Outcome<F::Output>)>,
    /// The children that have not.
    pub pending: JoinSet<F>,
}

/// The future of [`wait`](wait()).
///
/// # Panics
///
/// If it is polled again after it has ended.
///
/// # Cancel safety
///
/// If this is dropped, its children are dropped with it, at once and in place.
#[must_use = "futures do nothing unless awaited or polled"]
pub struct WaitFor<F: Future, C> {
    children: Children<F>,
    waiting: Waiting<C>,
}

impl<F: Future, C: Until<F::Output>> WaitFor<F, C> {
    /// Waits no longer than `limit`, from the first poll on; that is no error.
    ///
    /// With a limit of zero, every child is polled at least once.
    #[cfg(feature = "std")]
    pub fn timeout(mut self, limit: core::time::Duration) -> Self {
        self.waiting.deadline = Some(Deadline::after(limit));
        self
    }

    /// Waits no longer than until `deadline`, an instant of the timer in force; that is no error.
    #[cfg(feature = "std")]
    pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
        self.waiting.deadline = Some(Deadline::at(deadline));
        self
    }
}

impl<F: Future, C: Until<F::Output>> Future for WaitFor<F, C> {
    type Output = Waited<F>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Waited<F>> {
        let Self { children, waiting } = self.get_mut();
        let Some(mut pending) = children.take() else {
            panic!("`wait` was polled after it had ended")
        };
        let Poll::Ready(done) = waiting.poll(&mut pending, cx) else {
            *children = Children::Running(pending);
            return Poll::Pending;
        };
        Poll::Ready(Waited { done, pending })
    }
}

/// A condition, and how far it has been asked.
struct Waiting<C> {
    condition: C,
    /// How many of the children that are done the condition has seen.
    seen: usize,
    #[cfg(feature = "std")]
    deadline: Option<Deadline>,
}

impl<C> Waiting<C> {
    fn new(condition: C) -> Self {
        Self {
            condition,
            seen: 0,
            #[cfg(feature = "std")]
            deadline: None,
        }
    }

    fn poll<F: Future>(
        &mut self,
        set: &mut JoinSet<F>,
        cx: &mut Context<'_>,
    ) -> Poll<Vec<(Key, Outcome<F::Output>)>>
    where
        C: Until<F::Output>,
    {
        #[cfg(feature = "std")]
        if let Some(deadline) = &mut self.deadline {
            deadline.begin();
        }
        set.collect_ended(cx);
        if !self.is_met(set) && set.is_running() {
            ready!(self.poll_deadline(cx));
            set.collect_last(cx);
        }
        self.seen = 0;
        Poll::Ready(set.done.drain(..).collect())
    }

    /// Shows the condition what it has not seen yet.
    fn is_met<F: Future>(&mut self, set: &JoinSet<F>) -> bool
    where
        C: Until<F::Output>,
    {
        for (_, outcome) in set.done.iter().skip(self.seen) {
            self.seen += 1;
            if self.condition.is_met(outcome) {
                return true;
            }
        }
        false
    }

    #[cfg(feature = "std")]
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.deadline.as_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx))
    }

    #[cfg(not(feature = "std"))]
    fn poll_deadline(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// A condition is never pinned, and children are pinned in their slots.
impl<F: Future, C> Unpin for Wait<'_, F, C> {}

/// As [`Wait`].
impl<F: Future, C> Unpin for WaitFor<F, C> {}

impl<F: Future, C> fmt::Debug for Wait<'_, F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("set", &self.set).finish_non_exhaustive()
    }
}

impl<F: Future, C> fmt::Debug for WaitFor<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor").field("children", &self.children).finish_non_exhaustive()
    }
}
