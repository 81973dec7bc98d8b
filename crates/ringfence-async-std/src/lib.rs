//! Runs [ringfence](https://docs.rs/ringfence) on async-std: spawning, blocking work and timers.
//!
//! async-std is discontinued by its authors (RUSTSEC-2025-0052), who recommend smol. This crate is
//! for programs that still run on it.
//!
//! Nothing here decides how children behave; that is the same on every runtime. With the façade's
//! feature `async-std` the runtime is detected without a call; with `ringfence-core` alone, call
//! [`AsyncStd::install`] once.
#![forbid(unsafe_code)]

use async_std::task;
use ringfence_core::rt::{
    Detector, Job, Rank, Refused, Runtime, Sleeping, Spawn, SpawnBlocking, Task, Timer,
};
use std::{sync::Arc, time::Instant};

/// The async-std runtime, of which there is one in a process.
///
/// # Examples
///
/// ```
/// use ringfence_async_std::AsyncStd;
/// use ringfence_core::rt;
///
/// AsyncStd::install();
/// async_std::task::block_on(async {
///     assert!(rt::current().is_ok());
/// });
/// assert!(rt::current().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl AsyncStd {
    /// Returns the runtime if this code runs inside one of its tasks.
    pub fn try_current() -> Option<Self> {
        task::try_current().map(|_| Self)
    }

    /// Has async-std detected, in the whole process, wherever code runs inside it.
    ///
    /// Calling it again changes nothing. The façade's feature `async-std` makes this call.
    pub fn install() {
        // With async-std's feature `tokio1` its tasks are inside a tokio runtime too.
        static DETECTOR: Detector = Detector::new(Rank::Outer, detect);
        DETECTOR.install();
    }
}

fn detect() -> Option<Arc<dyn Runtime>> {
    let async_std = AsyncStd::try_current()?;
    Some(Arc::new(async_std))
}

/// Spawns on async-std's threads, which it starts at the first task and never ends.
impl Spawn for AsyncStd {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        drop(task::spawn(task));
        Ok(())
    }
}

/// Runs jobs on the threads of the crate `blocking`, which the whole process shares.
///
/// A job that has started is run to its end. Nothing waits for it when the process ends.
impl SpawnBlocking for AsyncStd {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        drop(task::spawn_blocking(|| job.run()));
        Ok(())
    }
}

impl Timer for AsyncStd {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Box::pin(task::sleep(deadline.saturating_duration_since(self.now())))
    }
}
