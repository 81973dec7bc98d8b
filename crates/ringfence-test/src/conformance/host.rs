//! A runtime as the suite runs it.

use crate::{Controller, Probe};
use ringfence_core::{
    block_on,
    rt::{Spawn, SpawnBlocking, Timer},
};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    thread::{self, JoinHandle},
};

/// A runtime under test: it runs its tasks from when it is opened until it is dropped.
///
/// Nothing but [`spawner`](Self::spawner) is required. What a host does not have it leaves out: the
/// rules that need it are then skipped, each with a line that says so.
///
/// The tasks must be run by threads other than the test's. A runtime that is driven by a `block_on`
/// of its own is driven by a [`Driver`].
///
/// # Examples
///
/// A host with an inside and an end, for a runtime as tokio is:
///
/// ```
/// # mod runtime {
/// #     use ringfence_core::rt::{Refused, Spawn, Task};
/// #     pub struct Runtime;
/// #     impl Runtime {
/// #         pub fn new() -> Self { Self }
/// #         pub fn handle(&self) -> Handle { Handle }
/// #         pub fn block_on<F: Future>(&self, future: F) -> F::Output { ringfence_core::block_on(future) }
/// #     }
/// #     pub struct Handle;
/// #     impl Spawn for Handle {
/// #         fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
/// #             std::thread::spawn(|| ringfence_core::block_on(task));
/// #             Ok(())
/// #         }
/// #     }
/// # }
/// use ringfence_core::rt::Spawn;
/// use ringfence_test::conformance::Host;
/// use std::sync::Arc;
///
/// struct MyHost(runtime::Runtime);
///
/// impl Host for MyHost {
///     fn spawner(&self) -> Arc<dyn Spawn> {
///         Arc::new(self.0.handle())
///     }
///
///     fn threads(&self) -> usize {
///         2
///     }
///
///     fn run<F: Future>(&self, future: F) -> F::Output {
///         self.0.block_on(future)
///     }
///
///     fn shut_down(self) -> Result<(), Self> {
///         drop(self.0);
///         Ok(())
///     }
/// }
///
/// let host = MyHost(runtime::Runtime::new());
/// assert_eq!(host.run(ringfence_core::remote(&host.spawner(), async { 42 })), 42);
/// ```
pub trait Host: Sized {
    /// Returns the adapter, as what spawns.
    fn spawner(&self) -> Arc<dyn Spawn>;

    /// Returns the adapter, as what runs jobs that block; none, if it has no threads for that.
    ///
    /// By default there is none.
    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        None
    }

    /// Returns the adapter's timer, if it has one of its own.
    ///
    /// Its time must pass by itself: the rules wait for it. By default there is none.
    fn timer(&self) -> Option<Arc<dyn Timer>> {
        None
    }

    /// Returns an adapter that refuses what it is given, if this one ever does.
    ///
    /// That may be one whose runtime has shut down, or cannot be reached. By default there is none.
    fn refusing(&self) -> Option<Arc<dyn Spawn>> {
        None
    }

    /// Returns how many tasks are polled at the same time, if there are as many, and nothing else
    /// to do.
    ///
    /// By default it is one.
    fn threads(&self) -> usize {
        1
    }

    /// Runs `future` to its end on this thread, inside the runtime if that has an inside.
    ///
    /// By default it is run by [`block_on`], outside of any runtime.
    fn run<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }

    /// Shuts the runtime down. When this returns, no task is polled any more, and all have been
    /// dropped.
    ///
    /// A runtime that lives as long as somebody has its adapter may take it that nobody does.
    ///
    /// # Errors
    ///
    /// Gives the host back if its runtime never ends; by default it does not.
    fn shut_down(self) -> Result<(), Self> {
        Err(self)
    }
}

/// Resolves when a runtime is to end that a [`Driver`] drives.
///
/// # Cancel safety
///
/// Nothing is lost if it is dropped.
pub type End = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A thread that drives a runtime until it is dropped.
///
/// Its drop waits until the thread has ended.
///
/// # Examples
///
/// ```
/// use ringfence_test::conformance::{Driver, End};
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
///
/// let is_driven = Arc::new(AtomicBool::new(false));
/// let seen = Arc::clone(&is_driven);
/// let driver = Driver::start(move |end: End| {
///     // Of a runtime it would be the `block_on`.
///     ringfence_core::block_on(end);
///     seen.store(true, Ordering::Relaxed);
/// });
/// drop(driver);
/// assert!(is_driven.load(Ordering::Relaxed));
/// ```
pub struct Driver {
    end: Controller<()>,
    /// None once it has been joined.
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    /// Starts a thread that calls `drive`, which is to return once the future that it is given has
    /// resolved.
    pub fn start(drive: impl FnOnce(End) + Send + 'static) -> Self {
        let told = Probe::pending();
        let end = told.controller();
        let thread = thread::spawn(move || drive(Box::pin(told)));
        Self { end, thread: Some(thread) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end.complete(());
        let ended = self.thread.take().map(JoinHandle::join);
        // One panic is enough for a test.
        if matches!(ended, Some(Err(_))) && !thread::panicking() {
            panic!("the thread that drives the runtime has panicked");
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}
