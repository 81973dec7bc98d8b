//! What the library asks of a runtime, and which runtime is in force.
//!
//! A runtime is asked for as little as possible: to run a task to its end, to run a blocking job,
//! to tell the time and to wait for it. Results, panics, cancellation and the order of all these
//! are the library's own, so that they are the same on every runtime.
//!
//! What runs children inside the parent's task needs no runtime at all. What needs one takes the
//! runtime in force, as [`current`] finds it, unless one is named. Without `std` there are only
//! the traits for tasks, and the runtime is always named.

#[cfg(feature = "std")]
mod block_on;
#[cfg(feature = "std")]
mod blocking;
#[cfg(feature = "std")]
mod current;
#[cfg(feature = "std")]
mod detector;
#[cfg(feature = "std")]
mod runner;
mod spawn;
#[cfg(feature = "std")]
mod timer;

#[cfg(feature = "std")]
pub(crate) use runner::{Run, Runner, wake};
pub use spawn::{LocalTask, Refused, Spawn, SpawnLocal, Task, Why};

#[cfg(feature = "std")]
pub use self::{
    block_on::block_on,
    blocking::{Job, SpawnBlocking},
    current::{
        AlreadySet, NoRuntime, TimerInForce, WithRuntime, current, set_default, timer, with_runtime,
    },
    detector::{Detector, Rank},
    timer::{Embedded, Sleeping, Timer},
};

/// A runtime that can do all: run tasks, run blocking jobs, and tell the time.
///
/// Implemented for whatever implements the three parts.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Embedded, Job, Refused, Runtime, Sleeping, Spawn, SpawnBlocking, Task, Timer};
/// use std::{thread, time::Instant};
///
/// /// A thread for each task and each job.
/// struct Threads;
///
/// impl Spawn for Threads {
///     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
///         thread::spawn(|| ringfence_core::block_on(task));
///         Ok(())
///     }
/// }
///
/// impl SpawnBlocking for Threads {
///     fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
///         thread::spawn(|| job.run());
///         Ok(())
///     }
/// }
///
/// impl Timer for Threads {
///     fn now(&self) -> Instant {
///         Embedded.now()
///     }
///
///     fn sleep_until(&self, deadline: Instant) -> Sleeping {
///         Embedded.sleep_until(deadline)
///     }
/// }
///
/// let runtime: &dyn Runtime = &Threads;
/// let (send, receive) = std::sync::mpsc::channel();
/// runtime.spawn(Task::new(async move { send.send(1).unwrap() })).unwrap();
/// assert_eq!(receive.recv(), Ok(1));
/// ```
#[cfg(feature = "std")]
pub trait Runtime: Spawn + SpawnBlocking + Timer + 'static {}

#[cfg(feature = "std")]
impl<R: Spawn + SpawnBlocking + Timer + 'static> Runtime for R {}
