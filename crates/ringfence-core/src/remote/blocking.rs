//! Jobs that block, as remote children.

use super::{Remote, launch::OnPool};
use crate::rt::SpawnBlocking;
use core::{future::poll_fn, task::Poll};

/// Runs `job`, which may block, on the threads that the runtime `rt` has for that.
///
/// As [`remote`](crate::remote()), but of a closure: it is spawned when what this returns is first polled.
///
/// # Panics
///
/// As [`remote`](crate::remote()).
///
/// # Cancel safety
///
/// If it is dropped before the job has begun, the job is dropped in place and never runs. A job
/// that has begun cannot be cut: it runs to its end, and whoever waits for children that it has
/// dropped waits for that. The job may look at its token, which is then cancelled.
///
/// # Cost
///
/// Two allocations at the most, and what the runtime allocates for a job.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, blocking, rt::{Job, Refused, SpawnBlocking}};
///
/// #[derive(Clone)]
/// struct Threads;
///
/// impl SpawnBlocking for Threads {
///     fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
///         std::thread::spawn(|| job.run());
///         Ok(())
///     }
/// }
///
/// assert_eq!(block_on(blocking(&Threads, || 6 * 7)), 42);
/// ```
pub fn blocking<R, C, T>(rt: &R, job: C) -> Remote<T>
where
    R: SpawnBlocking + Clone + 'static,
    C: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let mut job = Some(job);
    let future = poll_fn(move |_| match job.take() {
        Some(job) => Poll::Ready(job()),
        None => unreachable!("it ends in its first poll"),
    });
    Remote::new(future, OnPool(rt.clone()))
}
