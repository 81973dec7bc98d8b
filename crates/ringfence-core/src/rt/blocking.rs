//! Handing a blocking job to a runtime.

use super::Refused;
use alloc::{boxed::Box, sync::Arc};
use core::fmt;

/// Runs jobs that block, away from the threads that poll futures.
///
/// A job that has started cannot be interrupted: it can only be awaited. [`Job`] has an example.
pub trait SpawnBlocking: Send + Sync {
    /// Runs `job` on a thread that may block.
    ///
    /// # Errors
    ///
    /// Gives the job back, with the reason, if the runtime does not take it.
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>>;
}

impl<S: SpawnBlocking + ?Sized> SpawnBlocking for &S {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        (**self).spawn_blocking(job)
    }
}

impl<S: SpawnBlocking + ?Sized> SpawnBlocking for Arc<S> {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        (**self).spawn_blocking(job)
    }
}

/// A closure that may block.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Job, Refused, SpawnBlocking};
///
/// /// Runs jobs at once, on the caller's thread.
/// struct Here;
///
/// impl SpawnBlocking for Here {
///     fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
///         job.run();
///         Ok(())
///     }
/// }
///
/// let (send, receive) = std::sync::mpsc::channel();
/// Here.spawn_blocking(Job::new(move || send.send(1).unwrap())).unwrap();
/// assert_eq!(receive.recv(), Ok(1));
/// ```
#[must_use = "a job does nothing unless it is run"]
pub struct Job(Box<dyn FnOnce() + Send + 'static>);

impl Job {
    /// Boxes `job` for a runtime.
    pub fn new(job: impl FnOnce() + Send + 'static) -> Self {
        Self(Box::new(job))
    }

    /// Runs the job on this thread.
    pub fn run(self) {
        (self.0)();
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}
