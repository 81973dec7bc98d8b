//! Runs [ringfence](https://docs.rs/ringfence) on smol: spawning, blocking work and timers.
//!
//! Nothing here decides how children behave; that is the same on every runtime.
//!
//! smol cannot tell whether code runs inside it, so it is never detected: it is named, by
//! [`with_runtime`](ringfence_core::rt::with_runtime), or once in `main` by
//! [`set_default`](ringfence_core::rt::set_default).
#![forbid(unsafe_code)]

use ringfence_core::rt::{
    Job, LocalTask, Refused, Sleeping, Spawn, SpawnBlocking, SpawnLocal, Task, Timer,
};
use std::{sync::Arc, time::Instant};

/// smol's global executor, its timers and its pool of threads for blocking jobs.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt;
/// use ringfence_smol::Smol;
///
/// let found = smol::block_on(rt::with_runtime(Smol, async { rt::current().is_ok() }));
/// assert!(found);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

impl Smol {
    /// Returns `executor` as a runtime, with smol's timers and threads for blocking jobs.
    ///
    /// Somebody must run the executor: a task that is spawned on one that nobody runs stays in it,
    /// and whoever waits for that task waits for ever. Once it is dropped, so are its tasks; this
    /// value keeps it.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::rt::{Spawn, Task};
    /// use ringfence_smol::{Smol, SmolExecutor};
    /// use std::sync::{Arc, mpsc};
    ///
    /// let executor = Arc::new(smol::Executor::new());
    /// let runtime: SmolExecutor = Smol::with(Arc::clone(&executor));
    /// let (send, receive) = mpsc::channel();
    /// runtime.spawn(Task::new(async move { send.send(1).unwrap() })).unwrap();
    /// assert!(executor.try_tick()); // somebody runs it
    /// assert_eq!(receive.try_recv(), Ok(1));
    /// ```
    pub fn with(executor: Arc<smol::Executor<'static>>) -> SmolExecutor {
        SmolExecutor(executor)
    }
}

/// An executor of your own as a runtime, as [`Smol::with`] returns it, with an example.
#[derive(Clone, Debug)]
pub struct SmolExecutor(Arc<smol::Executor<'static>>);

/// Spawns on the global executor, whose threads smol starts at the first task and never ends.
impl Spawn for Smol {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        smol::spawn(task).detach();
        Ok(())
    }
}

impl Spawn for SmolExecutor {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.0.spawn(task).detach();
        Ok(())
    }
}

/// Runs jobs on the threads of the crate `blocking`, which the whole process shares.
///
/// A job that has started is run to its end. Nothing waits for it when the process ends.
impl SpawnBlocking for Smol {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        smol::unblock(|| job.run()).detach();
        Ok(())
    }
}

impl SpawnBlocking for SmolExecutor {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Smol.spawn_blocking(job)
    }
}

impl Timer for Smol {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Box::pin(async move {
            smol::Timer::at(deadline).await;
        })
    }
}

impl Timer for SmolExecutor {
    fn now(&self) -> Instant {
        Smol.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Smol.sleep_until(deadline)
    }
}

/// Runs tasks on the thread that runs a [`smol::LocalExecutor`].
///
/// They run when the executor is run. One that is dropped drops its tasks.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{LocalTask, SpawnLocal};
/// use ringfence_smol::SmolLocal;
/// use std::{cell::Cell, rc::Rc};
///
/// let executor = smol::LocalExecutor::new();
/// let ran = Rc::new(Cell::new(false));
/// let seen = Rc::clone(&ran);
/// SmolLocal(&executor).spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap();
/// assert!(executor.try_tick());
/// assert!(ran.get());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SmolLocal<'a>(pub &'a smol::LocalExecutor<'static>);

impl SpawnLocal for SmolLocal<'_> {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        self.0.spawn(task).detach();
        Ok(())
    }
}
