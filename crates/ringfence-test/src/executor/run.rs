//! Running a future to its end, once or for many seeds.

use super::TestRuntime;
use std::future::Future;

/// Runs `future` on a [`TestRuntime`] of its own, to its end.
///
/// # Panics
///
/// As [`TestRuntime::run`].
///
/// # Examples
///
/// ```
/// use ringfence_core::sleep;
/// use ringfence_test::{TestRuntime, run};
/// use std::time::Duration;
///
/// let elapsed = run(0, async {
///     sleep(Duration::from_secs(60)).await;
///     TestRuntime::current().clock().elapsed()
/// });
/// assert_eq!(elapsed, Duration::from_secs(60));
/// ```
pub fn run<F: Future>(seed: u64, future: F) -> F::Output {
    TestRuntime::new(seed).run(future)
}

/// Runs the future that `test` makes once for each seed.
///
/// A failure prints its seed, with which [`run`] repeats it.
///
/// # Panics
///
/// As [`TestRuntime::run`], for the first seed that does.
///
/// # Examples
///
/// ```
/// use ringfence_test::{Probe, explore};
///
/// explore(0..100, || async {
///     assert_eq!(Probe::yields(3, "done").await, "done");
/// });
/// ```
pub fn explore<F: Future<Output = ()>>(
    seeds: impl IntoIterator<Item = u64>,
    mut test: impl FnMut() -> F,
) {
    for seed in seeds {
        run(seed, test());
    }
}
