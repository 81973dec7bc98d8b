//! The runtime itself.

use super::{
    Clock,
    choices::Choices,
    here::Here,
    tasks::{Tasks, Temper},
    time::Time,
};
use crate::{lock::Lock, poll_once};
use ringfence_core::rt::{Why, with_runtime};
use std::{
    fmt,
    future::Future,
    panic::Location,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
    time::{Duration, Instant},
};

/// A runtime on one thread, with a virtual clock, whose every step follows from a seed.
///
/// Whenever several tasks are ready, the seed decides which is polled next: the same seed, the
/// same run; and so it is with alarms that are due at the same instant. It is a
/// [`Runtime`](ringfence_core::rt::Runtime), and in force while it runs, so that timeouts and tasks
/// of the code under test are its own. Blocking jobs run on the same thread, each in one step, and
/// must not wait for a task.
///
/// The order is decided on one thread. A wake from another thread counts if it comes while
/// something is ready; nobody waits for it.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Spawn, Task};
/// use ringfence_test::TestRuntime;
/// use std::sync::mpsc;
///
/// let rt = TestRuntime::new(3);
/// let (done, all_done) = mpsc::channel();
/// for number in 0..3 {
///     let done = done.clone();
///     rt.spawn(Task::new(async move { done.send(number).unwrap() })).unwrap();
/// }
/// rt.run(ringfence_test::wait_all_blocked());
/// let mut order: Vec<u32> = all_done.try_iter().collect();
/// order.sort();
/// assert_eq!(order, [0, 1, 2]);
/// ```
///
/// Tasks that are not `Send`:
///
/// ```
/// use ringfence_core::rt::{LocalTask, SpawnLocal};
/// use ringfence_test::{TestRuntime, run, wait_all_blocked};
/// use std::{cell::Cell, rc::Rc};
///
/// run(0, async {
///     let count = Rc::new(Cell::new(0));
///     let shared = Rc::clone(&count);
///     let task = LocalTask::new(async move { shared.set(1) });
///     TestRuntime::current().spawn_local(task).unwrap();
///     wait_all_blocked().await;
///     assert_eq!(count.get(), 1);
/// });
/// ```
#[derive(Clone)]
pub struct TestRuntime {
    pub(super) shared: Arc<Shared>,
}

/// What the runtime, its clock, its wakers and its sleeping futures share.
///
/// Each lock is taken on its own, never one in the other.
pub(super) struct Shared {
    pub(super) tasks: Lock<Tasks>,
    pub(super) time: Lock<Time>,
    /// The instant that the virtual clock counts from.
    pub(super) base: Instant,
    has_run: AtomicBool,
}

impl TestRuntime {
    /// Returns a runtime without tasks, whose order of polls follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::by(Choices::seeded(seed))
    }

    /// Returns a runtime whose order of polls is that of a script.
    pub(super) fn scripted(script: Vec<usize>) -> Self {
        Self::by(Choices::scripted(script))
    }

    fn by(choices: Choices) -> Self {
        let shared = Shared {
            tasks: Lock::new(Tasks::new(choices)),
            time: Lock::default(),
            base: Instant::now(),
            has_run: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Polls tasks now and then that nobody has woken, as the seed says.
    ///
    /// Any executor may do that, and code that is correct bears it: its outcome is the same, its
    /// number of polls is not.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::sleep;
    /// use ringfence_test::{Probe, TestRuntime};
    /// use std::time::Duration;
    ///
    /// let polls = |rt: TestRuntime| {
    ///     let probe = Probe::<()>::pending();
    ///     let control = probe.controller();
    ///     rt.spawn_named("probe", probe);
    ///     rt.run(async {
    ///         for _ in 0..10 {
    ///             sleep(Duration::from_secs(1)).await;
    ///         }
    ///     });
    ///     control.polls()
    /// };
    /// assert_eq!(polls(TestRuntime::new(0)), 1);
    /// assert!(polls(TestRuntime::new(0).restless()) > 1);
    /// ```
    #[must_use = "it is the runtime that is returned"]
    pub fn restless(self) -> Self {
        self.shared.tasks.with(|tasks| tasks.temper = Temper::Restless);
        self
    }

    /// Returns the runtime that runs on this thread.
    ///
    /// # Panics
    ///
    /// If none does.
    #[track_caller]
    pub fn current() -> Self {
        Here::current().expect("not inside `run` of a `TestRuntime`").rt.clone()
    }

    /// Returns the clock.
    pub fn clock(&self) -> Clock {
        Clock::new(Arc::clone(&self.shared))
    }

    /// Returns how many tasks and jobs there are that have not ended.
    ///
    /// The future given to `run` is not counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
    ///
    /// let rt = TestRuntime::new(0);
    /// rt.spawn_named("ends", Probe::yields(3, ()));
    /// rt.spawn_named("stays", Probe::pending());
    /// rt.run(async {
    ///     wait_all_blocked().await;
    ///     assert_eq!(rt.unfinished(), 1);
    /// });
    /// ```
    pub fn unfinished(&self) -> usize {
        self.shared.tasks.with(|tasks| tasks.unfinished())
    }

    /// Refuses all tasks and jobs from now on, for the reason `why`.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::rt::{Spawn, Task, Why};
    /// use ringfence_test::TestRuntime;
    ///
    /// let rt = TestRuntime::new(0);
    /// rt.refuse(Why::Unsupported);
    /// assert_eq!(rt.spawn(Task::new(async {})).unwrap_err().why, Why::Unsupported);
    /// ```
    pub fn refuse(&self, why: Why) {
        self.shared.tasks.with(|tasks| tasks.refuses = Some(why));
    }

    /// Shuts down as a runtime does that dies: drops all tasks as they are, and refuses new ones.
    ///
    /// The future given to `run` goes on. A task that shuts down its own runtime is dropped when
    /// its poll has returned; one that is not `Send`, by the thread that runs it.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
    ///
    /// let rt = TestRuntime::new(0);
    /// let child = Probe::pending();
    /// let control = child.controller();
    /// rt.spawn_named("child", child);
    /// rt.run(async {
    ///     wait_all_blocked().await;
    ///     rt.shut_down();
    ///     assert!(control.is_dropped());
    /// });
    /// ```
    pub fn shut_down(&self) {
        self.refuse(Why::Shutdown);
        let works = self.shared.tasks.with(Tasks::take_all);
        drop(works);
        if let Some(here) = Here::of(self) {
            here.clear();
        }
    }

    /// Runs `future` to its end, and the tasks beside it for as long; then shuts down.
    ///
    /// # Panics
    ///
    /// If `future`, a task or a job panics: the panic comes through. If there is a deadlock, with a
    /// list of who waits; if nothing but polls happens for too long; and if this runtime has run
    /// before. What repeats the run is then printed: the seed, or the schedule.
    #[track_caller]
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let place = Location::caller();
        let has_run = self.shared.has_run.swap(true, Ordering::Relaxed);
        assert!(!has_run, "a `TestRuntime` runs once");
        // All that happens in this one poll happens with the runtime in force.
        let all = pin!(with_runtime(self.clone(), async { self.drive(future, place) }));
        match poll_once(all, Waker::noop()) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("`drive` awaits nothing"),
        }
    }
}

impl fmt::Debug for TestRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let choices = self.shared.tasks.with(|tasks| tasks.choices.to_string());
        f.debug_struct("TestRuntime").field("choices", &choices).finish_non_exhaustive()
    }
}

impl Shared {
    /// Returns the instant `offset` after the start.
    pub(super) fn instant(&self, offset: Duration) -> Instant {
        self.base.checked_add(offset).expect("beyond what an `Instant` can express")
    }

    pub(super) fn advance_to(&self, to: Duration) {
        // Fails here, rather than where the time is next asked for.
        self.instant(to);
        let mut due = self.time.with(|time| time.advance_to(to));
        self.tasks.with(|tasks| {
            for together in due.chunk_by_mut(|one, other| one.0 == other.0) {
                tasks.choices.shuffle(together);
            }
        });
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}
