//! The runtimes that the tests run on.

use ringfence::{
    AsyncStd, Smol, SmolExecutor, Tokio,
    rt::{Runtime, Spawn, Task},
};
use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

/// A runtime that runs, and stays so until it is dropped.
pub(crate) trait Host {
    /// Our name of it.
    type Named: Runtime + Clone;

    /// Whether code can be told that it runs inside of it.
    const TELLS: bool;

    fn open() -> Self;

    fn named(&self) -> Self::Named;

    /// Runs `future` inside, on this thread, by the runtime's own means.
    fn enter<F: Future>(&self, future: F) -> F::Output;

    /// Runs `future` as a task, and waits for its output.
    fn run<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (send, receive) = mpsc::channel();
        let task = Task::new(async move { send.send(future.await).expect("it is awaited") });
        self.named().spawn(task).expect("the runtime runs");
        receive.recv().expect("the runtime does not drop its task")
    }
}

/// Makes a test of each function, on each runtime; or on those given.
macro_rules! on_each_runtime {
    ($($test:ident),* $(,)?) => {
        crate::host::on! {
            [$($test)*]
            tokio_multi_thread: TokioMultiThread,
            tokio_current_thread: TokioCurrentThread,
            async_std: AsyncStdGlobal,
            smol_global: SmolGlobal,
            smol_executor: SmolOwn,
        }
    };
}

/// As `on_each_runtime`, for those that come to an end before the process does.
macro_rules! on_each_that_ends {
    ($($test:ident),* $(,)?) => {
        crate::host::on! {
            [$($test)*]
            tokio_multi_thread: TokioMultiThread,
            tokio_current_thread: TokioCurrentThread,
            smol_executor: SmolOwn,
        }
    };
}

macro_rules! on {
    ([$($test:ident)*]) => {};
    ([$($test:ident)*] $name:ident: $host:ident, $($rest:tt)*) => {
        mod $name {
            use crate::host::{Host as _, $host};
            $(
                #[test]
                fn $test() {
                    super::$test($host::open());
                }
            )*
        }
        crate::host::on! { [$($test)*] $($rest)* }
    };
}

pub(crate) use {on, on_each_runtime, on_each_that_ends};

pub(crate) struct TokioMultiThread(tokio::runtime::Runtime);

impl Host for TokioMultiThread {
    type Named = Tokio;
    const TELLS: bool = true;

    fn open() -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        Self(runtime.worker_threads(2).enable_time().build().unwrap())
    }

    fn named(&self) -> Tokio {
        Tokio::from(self.0.handle().clone())
    }

    fn enter<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

/// Driven by a thread of its own, as others are by theirs.
pub(crate) struct TokioCurrentThread {
    runtime: Arc<tokio::runtime::Runtime>,
    _thread: Driver,
}

impl Host for TokioCurrentThread {
    type Named = Tokio;
    const TELLS: bool = true;

    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = Arc::new(runtime.unwrap());
        let driven = Arc::clone(&runtime);
        Self { runtime, _thread: Driver::start(move |end| driven.block_on(end)) }
    }

    fn named(&self) -> Tokio {
        Tokio::from(self.runtime.handle().clone())
    }

    fn enter<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

pub(crate) struct AsyncStdGlobal;

impl Host for AsyncStdGlobal {
    type Named = AsyncStd;
    const TELLS: bool = true;

    fn open() -> Self {
        Self
    }

    fn named(&self) -> AsyncStd {
        AsyncStd
    }

    fn enter<F: Future>(&self, future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}

pub(crate) struct SmolGlobal;

impl Host for SmolGlobal {
    type Named = Smol;
    const TELLS: bool = false;

    fn open() -> Self {
        Self
    }

    fn named(&self) -> Smol {
        Smol
    }

    fn enter<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

/// Driven by a thread of its own.
pub(crate) struct SmolOwn {
    executor: Arc<smol::Executor<'static>>,
    _thread: Driver,
}

impl Host for SmolOwn {
    type Named = SmolExecutor;
    const TELLS: bool = false;

    fn open() -> Self {
        let executor = Arc::new(smol::Executor::new());
        let driven = Arc::clone(&executor);
        Self { executor, _thread: Driver::start(move |end| smol::block_on(driven.run(end))) }
    }

    fn named(&self) -> SmolExecutor {
        Smol::with(Arc::clone(&self.executor))
    }

    fn enter<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(self.executor.run(future))
    }
}

/// A thread that drives a runtime until it is dropped.
struct Driver {
    end: Option<futures::channel::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    fn start(drive: impl FnOnce(End) + Send + 'static) -> Self {
        let (end, ended) = futures::channel::oneshot::channel();
        let thread = thread::spawn(move || {
            drive(Box::pin(async move {
                let _ = ended.await;
            }))
        });
        Self { end: Some(end), thread: Some(thread) }
    }
}

/// Resolves when the runtime is to end.
type End = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.end.take());
        let thread = self.thread.take().expect("it is joined once");
        thread.join().expect("no panic gets to the runtime");
    }
}
