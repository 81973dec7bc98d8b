//! Children that take their time, and a log of what they do.

use ringfence::Tokio;
use ringfence_core::{
    rt::{Timer as _, timer, with_runtime},
    sleep,
};
use ringfence_test::TestRuntime;
use std::{
    cell::{Cell, RefCell},
    future::Future,
    rc::Rc,
    time::{Duration, Instant},
};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a scene by virtual time, on the executor in `RINGFENCE_EXECUTOR`.
///
/// It is the deterministic runtime, as [`run_deterministic`] has it, or `tokio`: one thread with a
/// paused clock. What happens must be the same.
pub(crate) fn run<F: Future>(scene: F) -> F::Output {
    match std::env::var("RINGFENCE_EXECUTOR").as_deref() {
        Ok("tokio") => {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async { with_runtime(Tokio::current(), staged(scene)).await })
        }
        Ok(other) => panic!("`RINGFENCE_EXECUTOR` is `{other}`, which no scene runs on"),
        Err(_) => run_deterministic(scene),
    }
}

/// Runs a scene that moves the clock itself, or asks who is blocked.
///
/// With a seed in `RINGFENCE_SEED` tasks are also polled that nobody has woken, and alarms of one
/// instant ring in any order. What happens must be the same.
pub(crate) fn run_deterministic<F: Future>(scene: F) -> F::Output {
    let runtime = match std::env::var("RINGFENCE_SEED") {
        Ok(seed) => TestRuntime::new(seed.parse().expect("a number")).restless(),
        Err(_) => TestRuntime::new(0),
    };
    runtime.run(staged(scene))
}

thread_local! {
    /// When the scene began.
    static BEGIN: Cell<Option<Instant>> = const { Cell::new(None) };
}

async fn staged<F: Future>(scene: F) -> F::Output {
    BEGIN.set(Some(timer().now()));
    scene.await
}

/// Returns `value` after so many milliseconds.
pub(crate) async fn after<T>(millis: u64, value: T) -> T {
    sleep(ms(millis)).await;
    value
}

/// How many milliseconds have passed since the scene began.
pub(crate) fn elapsed() -> u128 {
    let begin = BEGIN.get().expect("inside a scene");
    timer().now().duration_since(begin).as_millis()
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

/// A local value of a child, whose drop is logged.
pub(crate) struct Local {
    log: Log,
    name: &'static str,
}

impl Log {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    pub(crate) fn local(&self, name: &'static str) -> Local {
        Local { log: self.clone(), name }
    }

    /// Returns what was noted, and forgets it.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.log.note(format!("drop {}", self.name));
    }
}
