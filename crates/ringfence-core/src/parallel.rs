//! Verbs whose children run on a runtime: `.on`, `.sharded`.

mod behind;
mod end;
mod exchange;
#[cfg(all(test, ringfence_loom))]
mod models;
mod on_runtime;
mod remotes;
mod roster;
mod shard;
mod sharding;
mod shards;

pub use self::sharding::IntoShards;
pub(crate) use self::{on_runtime::OnRuntime, sharding::Sharding};

use crate::{
    engine::{
        store::Store,
        verb::{Rule, Verb},
    },
    rt::Spawn,
    time::Timeout,
};

impl<S: Store, R: Rule<S>> Verb<S, R> {
    /// Runs the children as tasks of the runtime `rt`, in parallel.
    ///
    /// As if each were [`remote`](crate::remote())`(rt, child)`: the children and their outputs
    /// are `Send` and borrow nothing, and nothing else changes. A limit holds for tasks as well,
    /// and the next is not even made before there is a place; outputs, errors and panics are told
    /// in the same way; and the verb resolves only when none of the children runs any more, for
    /// which it waits until those have gone that are inside a poll on another thread.
    ///
    /// # Panics
    ///
    /// If children have begun already.
    ///
    /// When it is awaited, also if the runtime refuses a child or drops it before its end; but
    /// [`settle`](crate::settle) says [`Cancelled`](crate::Outcome::Cancelled), by
    /// [`Reason::RuntimeGone`](crate::Reason::RuntimeGone).
    ///
    /// # Cancel safety
    ///
    /// If the verb is dropped, no poll of a child begins any more. The children have been dropped
    /// when the drop returns, but for those that are inside a poll on another thread: these are
    /// dropped when that poll ends.
    ///
    /// # Cost
    ///
    /// One allocation at the most for each child, and what the runtime allocates for a task. For
    /// children that take less time than a task does, see [`sharded`](Verb::sharded).
    ///
    /// # Examples
    ///
    /// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
    ///
    /// ```
    /// use ringfence_core::{block_on, rt::Spawn, try_gather};
    /// use std::num::ParseIntError;
    ///
    /// async fn sum(rt: impl Spawn + Clone + 'static, texts: Vec<String>) -> Result<u64, ParseIntError> {
    ///     let numbers = texts.into_iter().map(async |text| text.parse::<u64>());
    ///     // Each is polled by a thread of the runtime, two at a time.
    ///     Ok(try_gather(numbers).limit(2).on(&rt).await?.iter().sum())
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
    /// assert_eq!(block_on(sum(Threads, vec!["2".into(), "40".into()])), Ok(42));
    /// assert!(block_on(sum(Threads, vec!["2".into(), "many".into()])).is_err());
    /// ```
    //
    // Inline, as what it calls is: so that a verb is made where it stays, rather than moved again and
    // again.
    #[inline]
    pub fn on<Rt>(self, rt: &Rt) -> Verb<S::Remote, R>
    where
        Rt: Spawn + Clone + 'static,
        S: OnRuntime<Rt>,
    {
        self.map_store(|store| store.on(rt))
    }

    /// Runs the children on at most `shards` tasks of the runtime that [`on`](Verb::on) has named.
    ///
    /// For many children, each of which takes little time: they share the tasks, so that a child
    /// costs hardly more than inside the parent's task, and yet they run in parallel. A task takes
    /// the next children, a few at a time, whenever it has polled those that it has; once it
    /// has begun a child, the child stays with it.
    ///
    /// What the verb promises is what it promises with `on` alone. What differs is what one child
    /// can do to another: a child that blocks keeps those from being polled that share its task,
    /// and [`cancel::current`](crate::cancel::current) is one token for all of these.
    ///
    /// It is there for arrays, for `Vec`s and for iterators. A good number of shards is that of
    /// the runtime's threads.
    ///
    /// # Panics
    ///
    /// If `shards` is 0, or if children have begun already; and when it is awaited, as [`on`](Verb::on).
    /// If the runtime drops a task, the children are lost that the task had begun.
    ///
    /// # Cancel safety
    ///
    /// As [`on`](Verb::on): the children of a task are dropped at once, or when the poll of a child
    /// has ended that the task is inside of.
    ///
    /// # Cost
    ///
    /// No allocation for a child; for a task three, and what the runtime allocates for it.
    ///
    /// # Examples
    ///
    /// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
    ///
    /// ```
    /// use ringfence_core::{block_on, gather, rt::Spawn};
    ///
    /// async fn squares(rt: impl Spawn + Clone + 'static) -> Vec<u64> {
    ///     gather((0..1_000).map(async |n| n * n)).on(&rt).sharded(4).await
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
    /// assert_eq!(block_on(squares(Threads))[999], 998_001);
    /// ```
    #[track_caller]
    pub fn sharded<N: IntoShards>(self, shards: N) -> Verb<S::Sharded, R>
    where
        S: Sharding,
    {
        let shards = shards.into_shards();
        self.map_store(|store| store.sharded(shards, R::POLICY))
    }
}

impl<S: Store, R: Rule<S>> Timeout<Verb<S, R>> {
    /// Runs the children as tasks of the runtime `rt`, in parallel, as [`Verb::on`].
    ///
    /// When the time is up, what has ended on the runtime by then still counts; a child that the
    /// runtime has not polled yet is dropped unpolled.
    ///
    /// # Panics
    ///
    /// As [`Verb::on`].
    pub fn on<Rt>(self, rt: &Rt) -> Timeout<Verb<S::Remote, R>>
    where
        Rt: Spawn + Clone + 'static,
        S: OnRuntime<Rt>,
        R: Rule<S::Remote>,
    {
        self.map_store(|store| store.on(rt))
    }

    /// Runs the children on at most `shards` tasks, as [`Verb::sharded`].
    ///
    /// # Panics
    ///
    /// As [`Verb::sharded`].
    #[track_caller]
    pub fn sharded<N: IntoShards>(self, shards: N) -> Timeout<Verb<S::Sharded, R>>
    where
        S: Sharding,
        R: Rule<S::Sharded>,
    {
        let shards = shards.into_shards();
        self.map_store(|store| store.sharded(shards, <R as Rule<S>>::POLICY))
    }
}
