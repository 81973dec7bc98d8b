//! What a host has, as one runtime.

use ringfence_core::rt::{
    Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why, WithRuntime, with_runtime,
};
use std::{future::Future, sync::Arc, time::Instant};

use super::Host;

/// A runtime whose tasks are a host's, whose time is that of any timer, and which has no pool.
struct Whole {
    spawner: Arc<dyn Spawn>,
    timer: Arc<dyn Timer>,
}

/// Runs `future` with the tasks of `host` and the time of `timer` in force.
pub(super) fn with_timer<F: Future>(
    host: &impl Host,
    timer: Arc<dyn Timer>,
    future: F,
) -> WithRuntime<F> {
    with_runtime(Whole { spawner: host.spawner(), timer }, future)
}

impl Spawn for Whole {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.spawner.spawn(task)
    }
}

impl SpawnBlocking for Whole {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Err(Refused { why: Why::Unsupported, refused: job })
    }
}

impl Timer for Whole {
    fn now(&self) -> Instant {
        self.timer.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        self.timer.sleep_until(deadline)
    }
}
