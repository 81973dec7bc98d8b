//! Runtimes that are wrong, and rules that say so.

use crate::threads::Threads;
use ringfence_core::rt::{
    Embedded, Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why,
};
use ringfence_test::conformance::{Host, rules};
use std::{
    future::{Future, poll_fn},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

/// A runtime that is right but for what is changed of it.
struct Changed {
    spawner: Arc<dyn Spawn>,
    pool: Arc<dyn SpawnBlocking>,
    timer: Arc<dyn Timer>,
}

impl Default for Changed {
    fn default() -> Self {
        Self { spawner: Arc::new(Threads), pool: Arc::new(Threads), timer: Arc::new(Embedded) }
    }
}

impl Host for Changed {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::clone(&self.spawner)
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(Arc::clone(&self.pool))
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::clone(&self.timer))
    }

    fn refusing(&self) -> Option<Arc<dyn Spawn>> {
        Some(Arc::clone(&self.spawner))
    }

    fn shut_down(self) -> Result<(), Self> {
        Ok(())
    }
}

fn with_spawner(spawner: impl Spawn + 'static) -> Changed {
    Changed { spawner: Arc::new(spawner), ..Changed::default() }
}

fn with_timer(timer: impl Timer + 'static) -> Changed {
    Changed { timer: Arc::new(timer), ..Changed::default() }
}

/// Returns what the rule says.
fn message(rule: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(rule)).expect_err("the rule finds it");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("it is a message")).to_owned(),
    }
}

/// Leaks tasks.
struct Forgetful;

impl Spawn for Forgetful {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        mem::forget(task);
        Ok(())
    }
}

#[test]
fn a_runtime_that_leaks_tasks_at_its_end_is_found() {
    let said = message(|| {
        rules::what_is_spawned_after_the_end_is_refused_or_dropped(|| with_spawner(Forgetful));
    });
    assert!(said.contains("the parent is told of it"), "{said}");
}

/// Refuses a task, and gives back another.
struct Careless;

impl Spawn for Careless {
    fn spawn(&self, _: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: Why::Shutdown, refused: Task::new(async {}) })
    }
}

#[test]
fn a_runtime_that_drops_what_it_refuses_is_found() {
    let said = message(|| rules::what_is_refused_is_given_back_whole(|| with_spawner(Careless)));
    assert!(said.contains("given back, and not dropped"), "{said}");
}

/// Drops a task after its first poll, now and then.
struct Impatient(AtomicU64);

impl Spawn for Impatient {
    fn spawn(&self, mut task: Task) -> Result<(), Refused<Task>> {
        if self.0.fetch_add(1, Ordering::Relaxed) % 8 != 7 {
            return Threads.spawn(task);
        }
        Threads.spawn(Task::new(poll_fn(move |cx| {
            let _ = Pin::new(&mut task).poll(cx);
            Poll::Ready(())
        })))
    }
}

#[test]
fn a_runtime_that_gives_up_tasks_is_found_under_stress() {
    let said = message(|| rules::stress(|| with_spawner(Impatient(AtomicU64::new(0)))));
    assert!(said.contains("the runtime is gone") || said.contains("STRESS_SEED"), "{said}");
}

/// Runs jobs where they are spawned.
struct AtOnce;

impl SpawnBlocking for AtOnce {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        job.run();
        Ok(())
    }
}

#[test]
fn a_pool_that_blocks_whoever_spawns_is_found() {
    let host = || Changed { pool: Arc::new(AtOnce), ..Changed::default() };
    let said = message(|| rules::a_job_is_run(host));
    assert!(said.contains("a job runs elsewhere"), "{said}");
}

/// Does not wait.
struct Early;

impl Timer for Early {
    fn now(&self) -> Instant {
        Embedded.now()
    }

    fn sleep_until(&self, _: Instant) -> Sleeping {
        Box::pin(async {})
    }
}

#[test]
fn a_timer_that_is_early_is_found() {
    let said = message(|| rules::a_sleep_is_not_early(|| with_timer(Early)));
    assert!(said.contains("false"), "{said}");
    message(|| rules::a_year_is_not_too_long(|| with_timer(Early)));
}

/// Keeps the wakers of those who have gone.
struct Clinging;

impl Timer for Clinging {
    fn now(&self) -> Instant {
        Embedded.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        let mut sleep = Embedded.sleep_until(deadline);
        Box::pin(poll_fn(move |cx| {
            mem::forget(cx.waker().clone());
            sleep.as_mut().poll(cx)
        }))
    }
}

#[test]
fn a_timer_that_keeps_wakers_is_found() {
    let said = message(|| rules::a_sleep_that_is_dropped_keeps_no_waker(|| with_timer(Clinging)));
    assert!(said.contains("left: (1, 0)"), "{said}");
}

/// A clock that goes back when it is asked for the hundredth time.
struct Backwards(AtomicU64);

impl Timer for Backwards {
    fn now(&self) -> Instant {
        let back = Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed) / 100);
        Embedded.now().checked_sub(back).expect("the machine has run for longer")
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Embedded.sleep_until(deadline)
    }
}

#[test]
fn a_clock_that_goes_back_is_found() {
    let said = message(|| {
        rules::the_clock_never_goes_back(|| with_timer(Backwards(AtomicU64::new(0))));
    });
    assert!(said.contains("now >= last"), "{said}");
}
