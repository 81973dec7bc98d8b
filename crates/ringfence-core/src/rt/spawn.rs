//! Handing a task to a runtime.

#[cfg(feature = "std")]
use super::Runner;
use alloc::{boxed::Box, sync::Arc};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Runs tasks, on any of the runtime's threads.
///
/// Spawning is *detached*: there is no handle, no way to abort, and no result. A task that the
/// runtime drops before its end must be dropped, not leaked: its destructor is how the parent
/// learns of it.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Refused, Spawn, Task, Why};
/// use std::sync::mpsc::{Sender, channel};
///
/// /// A runtime that keeps its tasks in a queue.
/// struct Queue(Sender<Task>);
///
/// impl Spawn for Queue {
///     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
///         self.0.send(task).map_err(|refused| Refused { why: Why::Shutdown, refused: refused.0 })
///     }
/// }
///
/// let (send, receive) = channel();
/// let queue = Queue(send);
/// queue.spawn(Task::new(async {})).unwrap();
/// ringfence_core::block_on(receive.recv().unwrap());
///
/// drop(receive);
/// let Refused { why, .. } = queue.spawn(Task::new(async {})).unwrap_err();
/// assert_eq!(why, Why::Shutdown);
/// ```
pub trait Spawn: Send + Sync {
    /// Runs `task` to its end.
    ///
    /// # Errors
    ///
    /// Gives the task back, with the reason, if the runtime does not take it.
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>>;
}

/// Runs tasks on the thread that spawned them.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{LocalTask, Refused, SpawnLocal};
/// use std::{cell::RefCell, rc::Rc};
///
/// /// Tasks that wait for this thread to run them.
/// #[derive(Default)]
/// struct Later(RefCell<Vec<LocalTask>>);
///
/// impl SpawnLocal for Later {
///     fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
///         self.0.borrow_mut().push(task);
///         Ok(())
///     }
/// }
///
/// let later = Later::default();
/// let shared = Rc::new(());
/// let kept = Rc::clone(&shared);
/// later.spawn_local(LocalTask::new(async move { drop(kept) })).unwrap();
/// ringfence_core::block_on(ringfence_core::gather(later.0.take()));
/// assert_eq!(Rc::strong_count(&shared), 1);
/// ```
pub trait SpawnLocal {
    /// Runs `task` to its end on this thread.
    ///
    /// # Errors
    ///
    /// Gives the task back, with the reason, if the runtime does not take it.
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>>;
}

impl<S: Spawn + ?Sized> Spawn for &S {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        (**self).spawn(task)
    }
}

impl<S: Spawn + ?Sized> Spawn for Arc<S> {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        (**self).spawn(task)
    }
}

impl<S: SpawnLocal + ?Sized> SpawnLocal for &S {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        (**self).spawn_local(task)
    }
}

/// What a runtime runs: a future without a result that may move between threads.
///
/// [`Spawn`] has an example.
#[must_use = "a task does nothing unless a runtime runs it"]
pub struct Task(Work);

/// What is in a task.
enum Work {
    /// The runtime's alone.
    Boxed(Pin<Box<dyn Future<Output = ()> + Send + 'static>>),
    /// The runtime's and its parent's.
    #[cfg(feature = "std")]
    Remote(Runner),
}

impl Task {
    /// Boxes `future` for a runtime.
    pub fn new(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Work::Boxed(Box::pin(future)))
    }

    /// Makes a task without a box of its own.
    #[cfg(feature = "std")]
    pub(crate) fn remote(child: Runner) -> Self {
        Self(Work::Remote(child))
    }
}

impl Future for Task {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Work::Boxed(future) => future.as_mut().poll(cx),
            #[cfg(feature = "std")]
            Work::Remote(child) => Pin::new(child).poll(cx),
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}

/// What a runtime runs on the thread that spawned it.
///
/// [`Spawn`] has an example.
#[must_use = "a task does nothing unless a runtime runs it"]
pub struct LocalTask(Pin<Box<dyn Future<Output = ()> + 'static>>);

impl LocalTask {
    /// Boxes `future` for a runtime.
    pub fn new(future: impl Future<Output = ()> + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for LocalTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for LocalTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalTask").finish_non_exhaustive()
    }
}

/// What a runtime did not take, and why.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Refused, Why};
///
/// let Refused { why, refused } = Refused { why: Why::Unsupported, refused: "task" };
/// assert_eq!((why.to_string(), refused), ("the runtime cannot do this".into(), "task"));
/// ```
#[derive(Debug)]
pub struct Refused<T> {
    /// Why it was refused.
    pub why: Why,
    /// What was refused, untouched.
    pub refused: T,
}

/// Why a runtime refuses: a part of [`Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The runtime is shutting down, or gone.
    Shutdown,
    /// The runtime cannot do this at all.
    Unsupported,
    /// The runtime can do this only in a place where the caller is not.
    NoContext,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Shutdown => "the runtime is shutting down",
            Why::Unsupported => "the runtime cannot do this",
            Why::NoContext => "the runtime cannot do this from here",
        })
    }
}

impl<T> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl<T: fmt::Debug> core::error::Error for Refused<T> {}
