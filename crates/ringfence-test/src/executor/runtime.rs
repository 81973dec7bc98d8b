//! The runtime itself.

use super::{
    Clock,
    sleep::VirtualSleep,
    tasks::{Tasks, Work},
    time::{Jumps, Time},
};
use crate::{lock::Lock, poll_once};
use ringfence_core::rt::{
    Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why, with_runtime,
};
use std::{
    cell::RefCell,
    fmt,
    future::Future,
    mem,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
    thread,
    time::{Duration, Instant},
};

/// A runtime on one thread, with a virtual clock, whose every step follows from a seed.
///
/// Whenever several tasks are ready, the seed decides which is polled next: the same seed, the
/// same run. It is a [`Runtime`](ringfence_core::rt::Runtime), and in force while it runs, so that
/// timeouts and tasks of the code under test are its own. Blocking jobs run on the same thread,
/// each in one step, and must not wait for a task.
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
    base: Instant,
    seed: u64,
    has_run: AtomicBool,
}

thread_local! {
    /// The runtime that runs on this thread, the innermost if they are nested.
    static CURRENT: RefCell<Option<TestRuntime>> = const { RefCell::new(None) };
}

/// So many polls at one instant are no progress, but a livelock.
const LIVELOCK: u64 = 20_000_000;

impl TestRuntime {
    /// Returns a runtime without tasks, whose order of polls follows from `seed`.
    pub fn new(seed: u64) -> Self {
        let shared = Shared {
            tasks: Lock::new(Tasks::new(seed)),
            time: Lock::default(),
            base: Instant::now(),
            seed,
            has_run: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Returns the runtime that runs on this thread.
    ///
    /// # Panics
    ///
    /// If none does.
    #[track_caller]
    pub fn current() -> Self {
        let current = CURRENT.with_borrow(Option::clone);
        current.expect("not inside `run` of a `TestRuntime`")
    }

    /// Returns the clock.
    pub fn clock(&self) -> Clock {
        Clock::new(Arc::clone(&self.shared))
    }

    /// Refuses all tasks and jobs from now on, for the reason `why`.
    pub fn refuse(&self, why: Why) {
        self.shared.tasks.with(|tasks| tasks.refuses = Some(why));
    }

    /// Shuts down as a runtime does that dies: drops all tasks as they are, and refuses new ones.
    ///
    /// The future given to `run` goes on. A task that shuts down its own runtime is dropped when
    /// its poll has returned.
    pub fn shut_down(&self) {
        self.refuse(Why::Shutdown);
        let works = self.shared.tasks.with(Tasks::take_all);
        drop(works);
    }

    /// Runs `future` to its end, and the tasks beside it for as long; then shuts down.
    ///
    /// # Panics
    ///
    /// If `future`, a task or a job panics: the panic comes through. If there is a deadlock, with a
    /// list of who waits; if nothing but polls happens for too long; and if this runtime has run
    /// before. The seed is then printed.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let has_run = self.shared.has_run.swap(true, Ordering::Relaxed);
        assert!(!has_run, "a `TestRuntime` runs once");
        // All that happens in this one poll happens with the runtime in force.
        let all = pin!(with_runtime(self.clone(), async { self.drive(future) }));
        match poll_once(all, Waker::noop()) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("`drive` awaits nothing"),
        }
    }

    fn drive<F: Future>(&self, future: F) -> F::Output {
        let _running = Running::enter(self);
        let mut main = pin!(future);
        self.shared.tasks.with(|tasks| tasks.add(Work::Main, &self.shared));
        let mut polls = 0;
        let mut instant = Duration::ZERO;
        loop {
            let Some((id, work, waker)) = self.shared.tasks.with(Tasks::take_ready) else {
                self.unblock();
                continue;
            };
            let now = self.clock().elapsed();
            polls = if now == mem::replace(&mut instant, now) { polls + 1 } else { 0 };
            assert!(polls < LIVELOCK, "livelock: {LIVELOCK} polls at {now:?}");
            let pending = match work {
                Work::Main => match poll_once(main.as_mut(), &waker) {
                    Poll::Ready(output) => return output,
                    Poll::Pending => Some(Work::Main),
                },
                Work::Task(mut task) => match poll_once(pin!(&mut task), &waker) {
                    Poll::Ready(()) => None,
                    Poll::Pending => Some(Work::Task(task)),
                },
                Work::Job(job) => {
                    job.run();
                    None
                }
                Work::Taken => unreachable!("nothing is polled here at the same time"),
            };
            match pending {
                None => self.shared.tasks.with(|tasks| tasks.remove(id)),
                Some(work) => {
                    let homeless = self.shared.tasks.with(|tasks| tasks.put_back(id, work));
                    drop(homeless);
                }
            }
        }
    }

    /// Makes something ready when nothing is.
    fn unblock(&self) {
        let waiters = self.shared.tasks.with(|tasks| mem::take(&mut tasks.blocked_waiters));
        if !waiters.is_empty() {
            waiters.into_values().for_each(Waker::wake);
            return;
        }
        let next = self.shared.time.with(|time| match time.jumps {
            Jumps::Auto => time.next_alarm(),
            Jumps::Held => None,
        });
        match next {
            Some(next) => self.shared.advance_to(next),
            None => self.deadlock(),
        }
    }

    fn deadlock(&self) -> ! {
        let (now, alarms) =
            self.shared.time.with(|time| (time.now(), Vec::from_iter(time.alarms())));
        let mut report = format!("deadlock at {now:?}: nothing is ready");
        if alarms.is_empty() {
            report += ", and no alarm is set";
        } else {
            report += &format!(", and the clock is held, with alarms at {alarms:?}");
        }
        report += &self.shared.tasks.with(|tasks| tasks.to_string());
        panic!("{report}");
    }

    fn add<X>(&self, work: X, as_work: fn(X) -> Work) -> Result<(), Refused<X>> {
        self.shared.tasks.with(|tasks| match tasks.refuses {
            Some(why) => Err(Refused { why, refused: work }),
            None => {
                tasks.add(as_work(work), &self.shared);
                Ok(())
            }
        })
    }
}

impl Spawn for TestRuntime {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.add(task, Work::Task)
    }
}

impl SpawnBlocking for TestRuntime {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        self.add(job, Work::Job)
    }
}

impl Timer for TestRuntime {
    fn now(&self) -> Instant {
        self.clock().now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        let deadline = deadline.saturating_duration_since(self.shared.base);
        Box::pin(VirtualSleep::new(Arc::clone(&self.shared), deadline))
    }
}

impl fmt::Debug for TestRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRuntime").field("seed", &self.shared.seed).finish_non_exhaustive()
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
        let due = self.time.with(|time| time.advance_to(to));
        due.into_iter().for_each(Waker::wake);
    }
}

/// Shuts a runtime down in the end, which unwinding is, too.
struct Running<'a> {
    rt: &'a TestRuntime,
    /// A field, since it is dropped also when the drop of a task panics.
    _current: Current,
}

impl<'a> Running<'a> {
    fn enter(rt: &'a TestRuntime) -> Self {
        Self { rt, _current: Current { outer: CURRENT.replace(Some(rt.clone())) } }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("ringfence-test: the run failed with seed {}", self.rt.shared.seed);
        }
        self.rt.shut_down();
    }
}

/// Makes the outer runtime the current one again.
struct Current {
    outer: Option<TestRuntime>,
}

impl Drop for Current {
    fn drop(&mut self) {
        CURRENT.set(self.outer.take());
    }
}
