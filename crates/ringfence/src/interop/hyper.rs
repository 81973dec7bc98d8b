//! Executors and timers of `hyper`.

use ringfence_core::rt::{LocalTask, Refused, Sleeping, Spawn, SpawnLocal, Task, Timer};
use std::{
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// An executor of hyper, as a spawner of ours.
///
/// It takes any [`hyper::rt::Executor`] that takes a [`Task`], and for tasks that stay on their
/// thread any that takes a [`LocalTask`]. It never refuses, since hyper's never do: one that takes
/// nothing drops the task, which its parent learns from the drop.
///
/// # Examples
///
/// ```
/// use ringfence::{interop::FromHyper, rt::{Spawn, Task}};
/// use std::sync::mpsc;
///
/// /// A thread for each future.
/// struct Threads;
///
/// impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Threads {
///     fn execute(&self, future: F) {
///         std::thread::spawn(|| ringfence::block_on(future));
///     }
/// }
///
/// let (send, receive) = mpsc::channel();
/// FromHyper(Threads).spawn(Task::new(async move { send.send(1).unwrap() })).unwrap();
/// assert_eq!(receive.recv(), Ok(1));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FromHyper<E>(pub E);

impl<E: hyper::rt::Executor<Task> + Send + Sync> Spawn for FromHyper<E> {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.0.execute(task);
        Ok(())
    }
}

impl<E: hyper::rt::Executor<LocalTask>> SpawnLocal for FromHyper<E> {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        self.0.execute(task);
        Ok(())
    }
}

/// A runtime of ours, as an executor and a timer of hyper.
///
/// With [`rt::current`](crate::rt::current) a library that embeds hyper hands on the runtime that
/// its user has chosen: `ToHyper(rt::current()?)`.
///
/// Hyper has no word for a refusal: what the runtime does not take is dropped.
///
/// # Examples
///
/// ```
/// use hyper::rt::Executor as _;
/// use ringfence::{interop::ToHyper, rt::{Refused, Spawn, Task}};
/// use std::sync::mpsc;
///
/// /// A thread for each task.
/// struct Threads;
///
/// impl Spawn for Threads {
///     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
///         std::thread::spawn(|| ringfence::block_on(task));
///         Ok(())
///     }
/// }
///
/// let (send, receive) = mpsc::channel();
/// ToHyper(Threads).execute(async move { send.send(1) });
/// assert_eq!(receive.recv(), Ok(1));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ToHyper<R>(pub R);

impl<R, F> hyper::rt::Executor<F> for ToHyper<R>
where
    R: Spawn,
    F: Future + Send + 'static,
{
    fn execute(&self, future: F) {
        // See above: a refusal is dropped.
        let _ = self.0.spawn(Task::new(async move { drop(future.await) }));
    }
}

impl<R: Timer> hyper::rt::Timer for ToHyper<R> {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        let now = self.0.now();
        // Ours are not asked for more than a year ahead.
        self.sleep_until(now + duration.min(YEAR))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Asleep(Mutex::new(self.0.sleep_until(deadline))))
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A wait of ours that hyper may share between threads, as it asks for.
///
/// Nobody ever locks the mutex: a poll has it for itself.
struct Asleep(Mutex<Sleeping>);

impl Future for Asleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(cx)
    }
}

impl hyper::rt::Sleep for Asleep {}

/// A spawner of ours for tasks that stay on their thread, as an executor of hyper.
///
/// What it does not take is dropped, as with [`ToHyper`].
///
/// # Examples
///
/// ```
/// use hyper::rt::Executor as _;
/// use ringfence::{interop::ToHyperLocal, rt::{LocalTask, Refused, SpawnLocal}};
/// use std::{cell::Cell, rc::Rc};
///
/// /// Runs a task at once.
/// struct Now;
///
/// impl SpawnLocal for Now {
///     fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
///         ringfence::block_on(task);
///         Ok(())
///     }
/// }
///
/// let ran = Rc::new(Cell::new(false));
/// let seen = Rc::clone(&ran);
/// ToHyperLocal(Now).execute(async move { seen.set(true) });
/// assert!(ran.get());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ToHyperLocal<R>(pub R);

impl<R, F> hyper::rt::Executor<F> for ToHyperLocal<R>
where
    R: SpawnLocal,
    F: Future + 'static,
{
    fn execute(&self, future: F) {
        // As above.
        let _ = self.0.spawn_local(LocalTask::new(async move { drop(future.await) }));
    }
}
