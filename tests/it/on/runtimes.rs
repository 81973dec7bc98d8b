//! The runtimes on which the same must hold.

use ringfence::{AsyncStd, Smol, Tokio};
use ringfence_core::{
    block_on,
    rt::{Refused, Spawn, Task},
};
use ringfence_test::TestRuntime;
use std::{future::Future, sync::Arc, thread};

/// A runtime of a test.
pub(super) trait Runs: Spawn + Clone + 'static {
    fn begin() -> Self;

    /// Runs a future, inside the runtime if that has an inside.
    fn run<F: Future>(&self, future: F) -> F::Output;
}

/// A thread for each task.
#[derive(Clone, Copy)]
pub(super) struct Threads;

impl Spawn for Threads {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        Ok(())
    }
}

impl Runs for Threads {
    fn begin() -> Self {
        Self
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }
}

impl Runs for Smol {
    fn begin() -> Self {
        Self
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

impl Runs for AsyncStd {
    fn begin() -> Self {
        Self
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}

impl Runs for TestRuntime {
    fn begin() -> Self {
        Self::new(7)
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        Self::run(self, future)
    }
}

/// A tokio runtime with as many workers, or on the current thread.
#[derive(Clone)]
pub(super) struct OnTokio<const WORKERS: usize>(Arc<tokio::runtime::Runtime>);

pub(super) type TokioMultiThread = OnTokio<4>;
pub(super) type TokioCurrentThread = OnTokio<0>;

impl<const WORKERS: usize> Spawn for OnTokio<WORKERS> {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Tokio::from(self.0.handle().clone()).spawn(task)
    }
}

impl<const WORKERS: usize> Runs for OnTokio<WORKERS> {
    fn begin() -> Self {
        let rt = match WORKERS {
            0 => tokio::runtime::Builder::new_current_thread().build(),
            workers => tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build(),
        };
        Self(Arc::new(rt.unwrap()))
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}
