//! The conformance suite on async-std.

use ringfence_async_std::AsyncStd;
use ringfence_core::rt::{Spawn, SpawnBlocking, Timer};
use ringfence_test::conformance::Host;
use std::sync::Arc;

ringfence_test::conformance!(global, || OnAsyncStd);

/// The only runtime there is in a process, which never ends, and has as many threads as processors.
struct OnAsyncStd;

impl Host for OnAsyncStd {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::new(AsyncStd)
    }

    fn pool(&self) -> Option<Arc<dyn SpawnBlocking>> {
        Some(Arc::new(AsyncStd))
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::new(AsyncStd))
    }

    fn threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}
