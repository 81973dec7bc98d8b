//! Handing a remote child to its runtime.

use crate::rt::{Job, Runner, Spawn, SpawnBlocking, Task};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Waker},
};

/// Where a remote child will run.
pub(super) trait Launch: Send + Sync + 'static {
    /// Hands the child over. If the runtime does not take it, it is lost.
    fn launch(self, child: Runner);
}

/// As a task of a runtime.
pub(super) struct OnTask<R>(pub(super) R);

impl<R: Spawn + 'static> Launch for OnTask<R> {
    fn launch(self, child: Runner) {
        // What is refused comes back, and is dropped: so the parent learns of it.
        drop(self.0.spawn(Task::remote(child)));
    }
}

/// On a thread of a runtime that may block.
pub(super) struct OnPool<R>(pub(super) R);

impl<R: SpawnBlocking + 'static> Launch for OnPool<R> {
    fn launch(self, child: Runner) {
        let mut task = Task::remote(child);
        let job = Job::new(move || {
            // It ends in its first poll, and so never wakes anyone.
            let _ = Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop()));
        });
        // As above: the job owns the task.
        drop(self.0.spawn_blocking(job));
    }
}
