//! Each output as it comes.

use crate::engine::{
    drive::{Decided, Drive},
    keep::OneByOne,
    limit::IntoLimit,
    members::Members,
    policy::{Panics, Policy, Rest, Stop},
    store::Uniform,
};
#[cfg(feature = "std")]
use crate::{
    parallel::{IntoShards, OnRuntime, Sharding},
    rt::Spawn,
};
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

/// Runs all children at once, and yields each output as it comes, with the place of its child.
///
/// The stream ends once all children have ended; if there are none, at once.
///
/// # Order
///
/// As the children end. Of those that were woken since the last poll, the one with the lowest
/// place comes first, among each 62 places.
///
/// # Panics
///
/// If a child panics, the others are cancelled, and the panic is resumed once they are dropped.
///
/// # Cancel safety
///
/// Waiting for the next output may be given up at any time: nothing is lost. If the stream is
/// dropped, its children are dropped with it.
///
/// # Cost
///
/// As [`gather`](crate::gather()), but outputs are not kept: with a limit, memory is that of as
/// many children as the limit allows. Children make progress only while the stream is polled; what
/// the consumer awaits between two outputs is not part of that.
///
/// # Semantics
///
/// As `asyncio.as_completed` of Python 3.13; the place of the child comes with its output.
///
/// # Examples
///
/// ```
/// use futures::StreamExt as _;
/// use ringfence_core::{as_completed, block_on};
/// use std::future::ready;
///
/// let squares = as_completed((0..4).map(|n| ready(n * n))).limit(2);
/// let squares: Vec<_> = block_on(squares.collect());
/// assert_eq!(squares, [(0, 0), (1, 1), (2, 4), (3, 9)]);
/// ```
pub fn as_completed<M, Kind>(members: M) -> AsCompleted<M::Store>
where
    M: Members<Kind, OneByOne>,
    M::Store: Uniform,
{
    AsCompleted { drive: Drive::new(members.into_store()), ended: false }
}

const POLICY: Policy = Policy {
    verb: "as_completed",
    stop: Stop::FirstEnd,
    rest: Rest::Leave,
    panics: Panics::Resume,
};

pin_project! {
    /// The stream of [`as_completed`].
    ///
    /// After the last output it yields `None`, as often as it is asked.
    ///
    /// # Cancel safety
    ///
    /// Waiting for the next output may be given up at any time: nothing is lost. If the stream is
    /// dropped, its children are dropped with it, at once and in place.
    #[must_use = "streams do nothing unless polled"]
    pub struct AsCompleted<S> {
        #[pin]
        drive: Drive<S>,
        ended: bool,
    }
}

impl<S: Uniform> AsCompleted<S> {
    /// Lets at most `limit` children run at a time.
    ///
    /// The next begins when the output of one that has ended was taken. An iterator is not
    /// advanced before there is a place for what it yields.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn limit<L: IntoLimit>(mut self, limit: L) -> Self {
        self.drive.limit(limit.into_limit());
        self
    }
}

/// Children that run on a runtime.
#[cfg(feature = "std")]
impl<S: Uniform> AsCompleted<S> {
    /// Runs the children as tasks of the runtime `rt`, in parallel, as
    /// [`on`](crate::Verb::on) of other verbs.
    ///
    /// The children go on while the consumer does something else.
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
    /// use futures::StreamExt as _;
    /// use ringfence_core::{as_completed, block_on, rt::Spawn};
    ///
    /// async fn sum(rt: impl Spawn + Clone + 'static) -> u64 {
    ///     let squares = as_completed((0..10).map(async |n| n * n)).limit(4).on(&rt);
    ///     squares.map(|(_, square)| square).fold(0, async |sum, square| sum + square).await
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
    /// assert_eq!(block_on(sum(Threads)), 285);
    /// ```
    pub fn on<R>(self, rt: &R) -> AsCompleted<S::Remote>
    where
        R: Spawn + Clone + 'static,
        S: OnRuntime<R>,
    {
        AsCompleted { drive: self.drive.map_store(|store| store.on(rt)), ended: self.ended }
    }

    /// Runs the children on at most `shards` tasks of the runtime, as
    /// [`sharded`](crate::Verb::sharded) of other verbs.
    ///
    /// # Panics
    ///
    /// If `shards` is 0, or if children have begun already.
    #[track_caller]
    pub fn sharded<N: IntoShards>(self, shards: N) -> AsCompleted<S::Sharded>
    where
        S: Sharding,
    {
        let shards = shards.into_shards();
        let drive = self.drive.map_store(|store| store.sharded(shards, POLICY));
        AsCompleted { drive, ended: self.ended }
    }
}

impl<S: Uniform> Stream for AsCompleted<S> {
    type Item = (usize, S::Output);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        let mut drive = this.drive;
        Poll::Ready(match ready!(drive.as_mut().poll(&POLICY, cx)) {
            Decided::By(index) => Some((index, drive.store().output(index))),
            Decided::AllEnded => {
                *this.ended = true;
                None
            }
        })
    }
}

impl<S: Uniform> FusedStream for AsCompleted<S> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl<S: fmt::Debug> fmt::Debug for AsCompleted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("ended", &self.ended).finish_non_exhaustive()
    }
}
