//! Children that take their time, and a log of what they do.

use ringfence_core::sleep;
use ringfence_test::TestRuntime;
use std::{cell::RefCell, future::Future, rc::Rc, time::Duration};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a scene on a runtime with a virtual clock, by the seed in `RINGFENCE_SEED`.
///
/// Without one it is a calm runtime; with one, tasks are also polled that nobody has woken, and
/// alarms of one instant ring in any order: the outcome must be the same.
pub(crate) fn run<F: Future>(scene: F) -> F::Output {
    match seed() {
        0 => TestRuntime::new(0).run(scene),
        seed => TestRuntime::new(seed).restless().run(scene),
    }
}

fn seed() -> u64 {
    let seed = std::env::var("RINGFENCE_SEED");
    seed.map_or(0, |seed| seed.parse().expect("`RINGFENCE_SEED` is a number"))
}

/// Returns `value` after so many milliseconds.
pub(crate) async fn after<T>(millis: u64, value: T) -> T {
    sleep(ms(millis)).await;
    value
}

/// How many milliseconds have passed since the scene began.
pub(crate) fn elapsed() -> u128 {
    TestRuntime::current().clock().elapsed().as_millis()
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
