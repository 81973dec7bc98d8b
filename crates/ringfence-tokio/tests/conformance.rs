//! The conformance suite, on both of tokio's schedulers.

use ringfence_core::rt::{Spawn, SpawnBlocking, Timer};
use ringfence_test::conformance::{Driver, Host};
use ringfence_tokio::Tokio;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

ringfence_test::conformance!(multi_thread, OnTokio::multi_thread);
ringfence_test::conformance!(current_thread, OnTokio::current_thread);

struct OnTokio {
    // Dropped first: it uses the runtime.
    driver: Option<Driver>,
    runtime: Arc<Runtime>,
    threads: usize,
}

impl OnTokio {
    fn multi_thread() -> Self {
        let threads = 3;
        let runtime = Builder::new_multi_thread().worker_threads(threads).enable_time().build();
        Self { driver: None, runtime: Arc::new(runtime.expect("it is built")), threads }
    }

    fn current_thread() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = Arc::new(runtime.expect("it is built"));
        let driven = Arc::clone(&runtime);
        let driver = Driver::start(move |end| driven.block_on(end));
        Self { driver: Some(driver), runtime, threads: 1 }
    }

    fn adapter(&self) -> Arc<Tokio> {
        Arc::new(Tokio::from(self.runtime.handle().clone()))
    }
}

impl Host for OnTokio {
    fn spawner(&self) -> Arc<dyn Spawn> {
        self.adapter()
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(self.adapter())
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(self.adapter())
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    fn shut_down(self) -> Result<(), Self> {
        drop(self.driver);
        drop(Arc::into_inner(self.runtime).expect("its driver has let go of it"));
        Ok(())
    }
}
