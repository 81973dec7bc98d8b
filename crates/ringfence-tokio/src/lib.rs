//! Runs [ringfence](https://docs.rs/ringfence) on tokio: spawning, blocking work and timers.
//!
//! Nothing here decides how children behave; that is the same on every runtime. With the façade's
//! feature `tokio` tokio is detected without a call; with `ringfence-core` alone, call
//! [`Tokio::install`] once.
#![forbid(unsafe_code)]

mod local;
mod timer;

pub use local::{TokioHere, TokioLocal};

use ringfence_core::rt::{
    Detector, Job, Rank, Refused, Runtime, Sleeping, Spawn, SpawnBlocking, Task, Timer,
};
use std::{sync::Arc, time::Instant};
use tokio::runtime::{Handle, TryCurrentError};

/// A tokio runtime.
///
/// It is a [`Handle`]: cheap to clone, usable on any thread, and no reason for the runtime to live
/// longer. Once the runtime has shut down, what is spawned is dropped at once, as tokio does it.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt;
/// use ringfence_tokio::Tokio;
///
/// Tokio::install();
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// runtime.block_on(async {
///     assert!(rt::current().is_ok());
/// });
/// assert!(rt::current().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Tokio(Handle);

impl Tokio {
    /// Returns the runtime that this code runs inside.
    ///
    /// # Panics
    ///
    /// Outside of tokio, as [`Handle::current`] does.
    #[track_caller]
    pub fn current() -> Self {
        Self(Handle::current())
    }

    /// Returns the runtime that this code runs inside, if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`Handle::try_current`].
    pub fn try_current() -> Result<Self, TryCurrentError> {
        Handle::try_current().map(Self)
    }

    /// Has tokio detected, in the whole process, wherever code runs inside it.
    ///
    /// Calling it again changes nothing. The façade's feature `tokio` makes this call.
    pub fn install() {
        static DETECTOR: Detector = Detector::new(Rank::Plain, detect);
        DETECTOR.install();
    }

    /// Returns tokio's handle.
    pub fn handle(&self) -> &Handle {
        &self.0
    }
}

fn detect() -> Option<Arc<dyn Runtime>> {
    let tokio = Tokio::try_current().ok()?;
    Some(Arc::new(tokio))
}

impl From<Handle> for Tokio {
    fn from(handle: Handle) -> Self {
        Self(handle)
    }
}

/// Spawns on the runtime, from anywhere.
///
/// Tokio cannot say that it takes nothing any more: after the shutdown, a task is dropped at once.
impl Spawn for Tokio {
    // Inline: so the task is made where tokio wants it, rather than on the stack and copied.
    #[inline]
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        drop(self.0.spawn(task));
        Ok(())
    }
}

/// Runs jobs on the runtime's pool of threads, of at most `max_blocking_threads`.
///
/// A job that has started is run to its end, also during the shutdown, and the runtime's drop waits
/// for it. One that has not is dropped.
impl SpawnBlocking for Tokio {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        drop(self.0.spawn_blocking(|| job.run()));
        Ok(())
    }
}

/// Tokio's clock, which may be paused, and tokio's timer.
///
/// If the runtime was built without `enable_time`, or has shut down, tokio panics where it should
/// wait. The panic is caught (a panic hook still sees it), and the wait goes on by
/// [`Embedded`](ringfence_core::rt::Embedded). With `panic = "abort"` the process ends, as it does
/// with tokio's own `sleep`.
impl Timer for Tokio {
    fn now(&self) -> Instant {
        let _inside = self.0.enter();
        tokio::time::Instant::now().into_std()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Box::pin(timer::sleep_until(self.clone(), deadline))
    }
}
