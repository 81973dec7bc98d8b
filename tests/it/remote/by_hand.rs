//! A runtime whose tasks are polled by the test.

use ringfence_core::rt::{Job, Refused, Spawn, SpawnBlocking, Task};
use ringfence_test::{CountingWaker, poll_once};
use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::Poll,
};

/// Keeps tasks and jobs until the test polls, runs or drops them, by their numbers.
#[derive(Clone, Default)]
pub(super) struct ByHand(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    tasks: Vec<(Option<Task>, CountingWaker)>,
    jobs: Vec<Job>,
}

impl ByHand {
    /// How many tasks and jobs there were.
    pub(super) fn spawned(&self) -> usize {
        let kept = self.0.lock().unwrap();
        kept.tasks.len() + kept.jobs.len()
    }

    /// Polls a task once, and drops it if it has ended.
    pub(super) fn poll(&self, number: usize) -> Poll<()> {
        let (task, waker) = {
            let (task, waker) = &mut self.0.lock().unwrap().tasks[number];
            (task.take(), waker.waker())
        };
        let mut task = task.expect("it has not ended");
        let polled = poll_once(Pin::new(&mut task), &waker);
        if polled.is_pending() {
            self.0.lock().unwrap().tasks[number].0 = Some(task);
        }
        polled
    }

    /// Takes a task that has not ended.
    pub(super) fn take(&self, number: usize) -> Task {
        let task = self.0.lock().unwrap().tasks[number].0.take();
        task.expect("it has not ended")
    }

    /// Drops a task that has not ended.
    pub(super) fn lose(&self, number: usize) {
        drop(self.take(number));
    }

    /// Whether a task was woken since this was last asked.
    pub(super) fn is_woken(&self, number: usize) -> bool {
        self.0.lock().unwrap().tasks[number].1.take_wakes() > 0
    }

    /// Takes the next job.
    pub(super) fn job(&self) -> Job {
        self.0.lock().unwrap().jobs.remove(0)
    }
}

impl Spawn for ByHand {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.0.lock().unwrap().tasks.push((Some(task), CountingWaker::new()));
        Ok(())
    }
}

impl SpawnBlocking for ByHand {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        self.0.lock().unwrap().jobs.push(job);
        Ok(())
    }
}
