//! Children of a scope that run on a runtime.

use super::{ChildBuilder, Handle, Local, Scope, Shared, output::ChildOutput};
use crate::{
    remote::{blocking, remote},
    rt::{Spawn, SpawnBlocking},
};
use core::future::Future;

/// Writes the methods that spawn on a runtime, as `spawning` does those that do not.
///
/// The scope's child is the future that stands for the task: whatever holds for children of a
/// scope holds for these.
macro_rules! spawning_on {
    ($open:ident: $mode:ident $(, $send:ident)?) => {
        impl<'env, E: 'env> Scope<'env, E, $mode> {
            /// Starts a child that runs on the runtime `rt`, in parallel with the scope.
            ///
            /// As [`spawn`](Self::spawn) of [`remote`]`(rt, child)`: the child is `Send` and borrows
            /// nothing, its failure is the scope's, and the scope does not end before it. Its task
            /// is spawned when the scope is polled next.
            ///
            /// If the scope is ending, the child is cancelled; if it is inside a poll on another
            /// thread, the scope waits for that poll to end. A child whose runtime refuses it or
            /// drops it cancels the scope, by [`Reason::RuntimeGone`](crate::Reason::RuntimeGone).
            ///
            /// # Cost
            ///
            /// Two allocations at the most, and what the runtime allocates for a task; small children
            /// share them.
            ///
            /// # Examples
            ///
            /// `Threads` stands for a runtime; [`Runtime`](crate::rt::Runtime) shows it.
            ///
            /// ```
            #[doc = concat!("use ringfence_core::{block_on, rt::Spawn, ", stringify!($open), " as scope};")]
            ///
            /// async fn sum(runtime: impl Spawn + Clone + 'static, numbers: Vec<u64>) -> u64 {
            ///     let base = 1;
            ///     let sum = scope(async |s| -> Result<u64, String> {
            ///         let far = s.spawn_on(&runtime, async move { Ok(numbers.iter().sum::<u64>()) });
            ///         // A child of the same scope, that borrows.
            ///         let near = s.spawn(async { Ok(base) });
            ///         Ok(far.await + near.await)
            ///     });
            ///     sum.await.unwrap()
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
            /// assert_eq!(block_on(sum(Threads, vec![2, 39])), 42);
            /// ```
            #[track_caller]
            pub fn spawn_on<R, F>(
                &self,
                rt: &R,
                child: F,
            ) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                R: Spawn + Clone + 'static,
                F: Future<Output: ChildOutput<E> + Send> + Send + 'static,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.spawn(remote(rt, child))
            }

            /// Starts a child that may block, on the threads that the runtime `rt` has for that.
            ///
            /// As [`spawn`](Self::spawn) of [`blocking`]`(rt, child)`. A child that has begun cannot
            /// be cut: the scope waits for its end, however it ends itself, and no grace or
            /// deadline shortens that. The child may look at its token, by
            /// [`cancel::current`](crate::cancel::current).
            ///
            /// # Cost
            ///
            /// Three allocations at the most, and what the runtime allocates for a job.
            #[track_caller]
            pub fn spawn_blocking_on<R, C, O>(&self, rt: &R, child: C) -> Handle<O::Value>
            where
                R: SpawnBlocking + Clone + 'static,
                C: FnOnce() -> O + Send + 'static,
                O: ChildOutput<E, Value: 'env $(+ $send)?> + Send + 'static,
                $(E: $send,)?
            {
                self.spawn(blocking(rt, child))
            }
        }

        impl<'env, E: 'env> ChildBuilder<'env, E, $mode> {
            /// Starts the child on the runtime `rt`, as [`Scope::spawn_on`].
            pub fn spawn_on<R, F>(
                self,
                rt: &R,
                child: F,
            ) -> Handle<<F::Output as ChildOutput<E>>::Value>
            where
                R: Spawn + Clone + 'static,
                F: Future<Output: ChildOutput<E> + Send> + Send + 'static,
                <F::Output as ChildOutput<E>>::Value: 'env $(+ $send)?,
                $(E: $send,)?
            {
                self.spawn(remote(rt, child))
            }

            /// Starts the child on a thread of the runtime `rt` that may block, as
            /// [`Scope::spawn_blocking_on`].
            pub fn spawn_blocking_on<R, C, O>(self, rt: &R, child: C) -> Handle<O::Value>
            where
                R: SpawnBlocking + Clone + 'static,
                C: FnOnce() -> O + Send + 'static,
                O: ChildOutput<E, Value: 'env $(+ $send)?> + Send + 'static,
                $(E: $send,)?
            {
                self.spawn(blocking(rt, child))
            }
        }
    };
}

spawning_on!(scope: Shared, Send);
spawning_on!(scope_local: Local);
