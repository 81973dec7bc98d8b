//! A runtime that has nothing but a virtual clock.

use ringfence_core::rt::{
    self, Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why, WithRuntime,
};
use std::{
    future::poll_fn,
    mem,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
    time::{Duration, Instant},
};

/// A clock that stands still unless it is told to advance.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<Shared>>);

struct Shared {
    now: Instant,
    wakers: Vec<Waker>,
    asked: Vec<Instant>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        // real time: the origin of a virtual clock, never compared with another one
        let shared = Shared { now: Instant::now(), wakers: Vec::new(), asked: Vec::new() };
        Self(Arc::new(Mutex::new(shared)))
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let wakers = {
            let mut shared = self.0.lock().unwrap();
            shared.now += duration;
            mem::take(&mut shared.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Returns the deadlines it was asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<Instant> {
        mem::take(&mut self.0.lock().unwrap().asked)
    }

    /// Puts the clock in force for `future`.
    pub(crate) fn with<F: Future>(&self, future: F) -> WithRuntime<F> {
        rt::with_runtime(self.clone(), future)
    }

    /// Polls once with the clock in force.
    pub(crate) fn poll<F: Future + Unpin>(&self, future: &mut F) -> Poll<F::Output> {
        super::poll(&mut Box::pin(self.with(future)))
    }
}

impl Timer for Clock {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().now
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        let shared = Arc::clone(&self.0);
        shared.lock().unwrap().asked.push(deadline);
        Box::pin(poll_fn(move |cx| {
            let waker = cx.waker().clone();
            let mut shared = shared.lock().unwrap();
            if deadline <= shared.now {
                return Poll::Ready(());
            }
            shared.wakers.push(waker);
            Poll::Pending
        }))
    }
}

impl Spawn for Clock {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: Why::Unsupported, refused: task })
    }
}

impl SpawnBlocking for Clock {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Err(Refused { why: Why::Unsupported, refused: job })
    }
}
