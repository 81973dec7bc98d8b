//! Tokens and time.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use ringfence_core::rt::{
    Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why, with_runtime,
};
use ringfence_core::{CancelToken, timeout};

use crate::Work;
use crate::children::{Yields, finish};

/// A hundred tokens below one, somebody waiting at each; the one is cancelled.
pub(super) fn tree() -> Work {
    let root = CancelToken::new();
    let waiting = |_| {
        let token = root.child();
        let mut cancelled = Box::pin(token.cancelled());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(cancelled.as_mut().poll(&mut cx).is_pending(), "nobody has cancelled it");
        (token, cancelled)
    };
    let below: Vec<_> = (0..100).map(waiting).collect();
    Box::new(move || {
        root.cancel("enough");
        drop(below);
    })
}

/// A runtime that runs nothing, and whose time stands still.
struct Still {
    now: Instant,
}

fn refuse<T>(refused: T) -> Result<(), Refused<T>> {
    Err(Refused { why: Why::Unsupported, refused })
}

impl Spawn for Still {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        refuse(task)
    }
}

impl SpawnBlocking for Still {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        refuse(job)
    }
}

impl Timer for Still {
    fn now(&self) -> Instant {
        self.now
    }

    fn sleep_until(&self, _: Instant) -> Sleeping {
        Box::pin(std::future::pending())
    }
}

/// A timer is made, and not needed in the end.
pub(super) fn timeout_in_time() -> Work {
    let limited = async { timeout(Duration::from_secs(1), Yields(1)).await.is_ok() };
    let limited: Pin<Box<dyn Future<Output = bool>>> =
        Box::pin(with_runtime(Still { now: Instant::now() }, limited));
    Box::new(move || finish(limited))
}
