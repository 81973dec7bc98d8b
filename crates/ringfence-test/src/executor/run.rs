//! Running a future to its end.

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
#[track_caller]
pub fn run<F: Future>(seed: u64, future: F) -> F::Output {
    TestRuntime::new(seed).run(future)
}
