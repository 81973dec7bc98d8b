//! An executor that has a thread for each task.

use ringfence_core::{
    block_on,
    rt::{Embedded, Job, Refused, Spawn, SpawnBlocking, Task, Timer},
};
use ringfence_test::conformance::Host;
use std::{sync::Arc, thread};

/// A thread for each task, and one for each job.
#[derive(Clone, Copy)]
pub(crate) struct Threads;

impl Spawn for Threads {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        Ok(())
    }
}

impl SpawnBlocking for Threads {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        thread::spawn(|| job.run());
        Ok(())
    }
}

/// As many threads as there are tasks, and the timer that needs no runtime.
pub(crate) struct OnThreads;

impl Host for OnThreads {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::new(Threads)
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(Arc::new(Threads))
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::new(Embedded))
    }

    fn threads(&self) -> usize {
        4
    }
}
