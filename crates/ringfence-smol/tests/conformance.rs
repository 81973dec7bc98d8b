//! The conformance suite, on smol's global executor and on one of our own.

use ringfence_core::rt::{Spawn, SpawnBlocking, Timer};
use ringfence_smol::Smol;
use ringfence_test::conformance::{Driver, Host};
use smol::Executor;
use std::sync::Arc;

ringfence_test::conformance!(global, || OnSmol);
ringfence_test::conformance!(own_executor, OnExecutor::driven);

/// The global executor, which has one thread unless `SMOL_THREADS` says otherwise, and never ends.
struct OnSmol;

impl Host for OnSmol {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::new(Smol)
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(Arc::new(Smol))
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::new(Smol))
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

/// An executor that two threads drive.
struct OnExecutor {
    // Dropped first: they use the executor.
    drivers: [Driver; 2],
    executor: Arc<Executor<'static>>,
}

impl OnExecutor {
    fn driven() -> Self {
        let executor = Arc::new(Executor::new());
        let drivers = [(); 2].map(|()| {
            let driven = Arc::clone(&executor);
            Driver::start(move |end| smol::block_on(driven.run(end)))
        });
        Self { drivers, executor }
    }
}

impl Host for OnExecutor {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::new(Smol::with(Arc::clone(&self.executor)))
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(Arc::new(Smol::with(Arc::clone(&self.executor))))
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::new(Smol::with(Arc::clone(&self.executor))))
    }

    fn threads(&self) -> usize {
        self.drivers.len()
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(self.executor.run(future))
    }

    fn shut_down(self) -> Result<(), Self> {
        drop(self.drivers);
        Ok(())
    }
}
