//! Which runtime is in force.

use super::{Embedded, Runtime, Sleeping, Timer, detector};
use alloc::sync::Arc;
use core::{
    cell::RefCell,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use std::{sync::OnceLock, time::Instant};

std::thread_local! {
    /// The runtime given to the innermost `with_runtime` that is being polled on this thread.
    static GIVEN: RefCell<Option<Arc<dyn Runtime>>> = const { RefCell::new(None) };
}

/// The binary's choice for where nothing else is in force.
static DEFAULT: OnceLock<Arc<dyn Runtime>> = OnceLock::new();

/// Returns the runtime in force.
///
/// It is the first of these:
///
/// 1. the one given to the innermost [`with_runtime`] that is being polled on this thread;
/// 2. the one that the code runs inside, if that runtime can tell and its adapter is installed;
/// 3. the one given to [`set_default`].
///
/// # Errors
///
/// [`NoRuntime`], which says what would help, if there is none.
///
/// # Cost
///
/// What the runtime's adapter allocates to name itself: one small allocation in tokio.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt;
///
/// let error = rt::current().map(|_| ()).unwrap_err();
/// assert!(error.to_string().contains("with_runtime"));
/// ```
pub fn current() -> Result<Arc<dyn Runtime>, NoRuntime> {
    given().or_else(detector::detect).or_else(|| DEFAULT.get().cloned()).ok_or(NoRuntime)
}

/// Returns the timer in force: the runtime's, as [`current`] has it, or else [`Embedded`].
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{self, Timer};
///
/// let timer = rt::timer();
/// assert!(timer.now() <= timer.now());
/// ```
pub fn timer() -> TimerInForce {
    TimerInForce(current().ok())
}

/// Makes `rt` the runtime in force where no other is, for the whole process.
///
/// This is for a binary, early in its `main`; a library that calls it takes the choice from its
/// users.
///
/// # Errors
///
/// [`AlreadySet`] if it has been called before.
///
/// # Examples
///
/// `Threads` stands for a runtime; [`Runtime`] shows it.
///
/// ```
/// use ringfence_core::rt::{self, AlreadySet, Runtime};
///
/// fn choose(runtime: impl Runtime + Clone) {
///     rt::set_default(runtime.clone()).unwrap();
///     assert!(rt::current().is_ok());
///     let again: AlreadySet = rt::set_default(runtime).unwrap_err();
///     assert_eq!(again.to_string(), "the default runtime has been set before");
/// }
/// # use rt::{Embedded, Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer};
/// # #[derive(Clone)]
/// # struct Threads;
/// # impl Spawn for Threads {
/// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
/// #         std::thread::spawn(|| ringfence_core::block_on(task));
/// #         Ok(())
/// #     }
/// # }
/// # impl SpawnBlocking for Threads {
/// #     fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
/// #         std::thread::spawn(|| job.run());
/// #         Ok(())
/// #     }
/// # }
/// # impl Timer for Threads {
/// #     fn now(&self) -> std::time::Instant {
/// #         Embedded.now()
/// #     }
/// #     fn sleep_until(&self, deadline: std::time::Instant) -> Sleeping {
/// #         Embedded.sleep_until(deadline)
/// #     }
/// # }
/// choose(Threads);
/// ```
pub fn set_default(rt: impl Runtime) -> Result<(), AlreadySet> {
    DEFAULT.set(Arc::new(rt)).map_err(|_| AlreadySet)
}

/// Runs `future` with `rt` in force.
///
/// The runtime is in force while the future is polled or dropped, on whichever thread that
/// happens; what the future spawns on a runtime does not inherit it. Nested calls: the innermost
/// counts.
///
/// # Cancel safety
///
/// If the future is dropped, `future` is dropped with it; nothing else is lost.
///
/// # Cost
///
/// One allocation, for `rt`; a poll swaps a thread-local twice.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{self, Runtime, WithRuntime};
///
/// fn inside(runtime: impl Runtime) -> bool {
///     let found: WithRuntime<_> = rt::with_runtime(runtime, async { rt::current().is_ok() });
///     ringfence_core::block_on(found)
/// }
/// # use rt::{Embedded, Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer};
/// # #[derive(Clone)]
/// # struct Threads;
/// # impl Spawn for Threads {
/// #     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
/// #         std::thread::spawn(|| ringfence_core::block_on(task));
/// #         Ok(())
/// #     }
/// # }
/// # impl SpawnBlocking for Threads {
/// #     fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
/// #         std::thread::spawn(|| job.run());
/// #         Ok(())
/// #     }
/// # }
/// # impl Timer for Threads {
/// #     fn now(&self) -> std::time::Instant {
/// #         Embedded.now()
/// #     }
/// #     fn sleep_until(&self, deadline: std::time::Instant) -> Sleeping {
/// #         Embedded.sleep_until(deadline)
/// #     }
/// # }
/// assert!(inside(Threads));
/// assert!(rt::current().is_err());
/// ```
pub fn with_runtime<F: Future>(rt: impl Runtime, future: F) -> WithRuntime<F> {
    WithRuntime { rt: Some(Arc::new(rt)), future: Some(future) }
}

pin_project! {
    /// A future with a runtime in force, as [`with_runtime`] returns it.
    ///
    /// # Panics
    ///
    /// As `future` does, if polled after it is done.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped, the future in it is dropped with it; nothing else is lost.
    #[must_use = "futures do nothing unless awaited or polled"]
    pub struct WithRuntime<F> {
        // The runtime given, or what was in force before it while the future is polled or dropped.
        rt: Option<Arc<dyn Runtime>>,
        // `None` only while being dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for WithRuntime<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _in_force = InForce::enter(this.rt);
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for WithRuntime<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _in_force = InForce::enter(this.rt);
        let future = this.future.as_pin_mut().expect("`WithRuntime` is being dropped");
        future.poll(cx)
    }
}

impl<F> fmt::Debug for WithRuntime<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithRuntime").finish_non_exhaustive()
    }
}

/// Puts a runtime in force until it is dropped, which unwinding does too.
struct InForce<'a> {
    /// What was in force before.
    other: &'a mut Option<Arc<dyn Runtime>>,
}

impl<'a> InForce<'a> {
    fn enter(rt: &'a mut Option<Arc<dyn Runtime>>) -> Self {
        swap_given(rt);
        Self { other: rt }
    }
}

impl Drop for InForce<'_> {
    fn drop(&mut self) {
        swap_given(self.other);
    }
}

fn swap_given(other: &mut Option<Arc<dyn Runtime>>) {
    // A thread that is being torn down has no runtime given: both swaps do nothing.
    let _ = GIVEN.try_with(|given| mem::swap(&mut *given.borrow_mut(), other));
}

fn given() -> Option<Arc<dyn Runtime>> {
    GIVEN.try_with(|given| given.borrow().clone()).ok().flatten()
}

/// The timer of the runtime that was in force, or the embedded one.
///
/// [`timer`] returns it.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{self, TimerInForce};
///
/// let timer: TimerInForce = rt::timer();
/// assert!(timer.runtime().is_none()); // the embedded one
/// ```
#[derive(Clone)]
pub struct TimerInForce(Option<Arc<dyn Runtime>>);

impl TimerInForce {
    /// Returns the runtime whose timer it is, or `None` if it is the embedded one.
    pub fn runtime(&self) -> Option<&Arc<dyn Runtime>> {
        self.0.as_ref()
    }
}

impl Timer for TimerInForce {
    fn now(&self) -> Instant {
        match &self.0 {
            Some(rt) => rt.now(),
            None => Embedded.now(),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        match &self.0 {
            Some(rt) => rt.sleep_until(deadline),
            None => Embedded.sleep_until(deadline),
        }
    }
}

impl fmt::Debug for TimerInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TimerInForce")
            .field(if self.0.is_some() { &"of a runtime" } else { &"embedded" })
            .finish()
    }
}

/// No runtime is in force. It says what would help.
///
/// [`current`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoRuntime;

impl fmt::Display for NoRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no runtime is in force: to have tokio or async-std detected, enable that feature of \
             `ringfence` (or call `install` of the adapter) and call this inside the runtime; to \
             choose any runtime, use `rt::with_runtime`, or `rt::set_default` in `main`",
        )
    }
}

impl core::error::Error for NoRuntime {}

/// A default runtime has been set before.
///
/// [`set_default`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlreadySet;

impl fmt::Display for AlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the default runtime has been set before")
    }
}

impl core::error::Error for AlreadySet {}
