//! The virtual clock.

use super::{runtime::Shared, time::Jumps};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// The clock of a [`TestRuntime`](super::TestRuntime), which stands still while anything can run.
///
/// When nothing is ready, the clock jumps to the next alarm, so that an hour of timeouts passes in
/// no time, and a test that depends on time always goes the same way. A test may also move it
/// itself, or hold it.
///
/// # Examples
///
/// ```
/// use ringfence_core::sleep;
/// use ringfence_test::TestRuntime;
/// use std::time::Duration;
///
/// let rt = TestRuntime::new(0);
/// let clock = rt.clock();
/// rt.run(async { sleep(Duration::from_secs(3600)).await });
/// assert_eq!(clock.elapsed(), Duration::from_secs(3600));
/// ```
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

impl Clock {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Returns how much virtual time has passed since the runtime was made.
    pub fn elapsed(&self) -> Duration {
        self.shared.time.with(|time| time.now())
    }

    /// Returns the virtual present, as [`Timer::now`](ringfence_core::rt::Timer::now) does.
    pub fn now(&self) -> Instant {
        self.shared.instant(self.elapsed())
    }

    /// Returns how many alarms are set: how many futures wait for the clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{sleep, timeout};
    /// use ringfence_test::{TestRuntime, run};
    /// use std::time::Duration;
    ///
    /// run(0, async {
    ///     let long = timeout(Duration::from_secs(10), sleep(Duration::from_secs(1)));
    ///     assert!(long.await.is_ok());
    ///     assert_eq!(TestRuntime::current().clock().alarms(), 0);
    /// });
    /// ```
    pub fn alarms(&self) -> usize {
        self.shared.time.with(|time| time.alarms().count())
    }

    /// Moves the clock on by `duration`, and wakes all who waited for an instant until then.
    ///
    /// They run after this has returned, with the clock already at its new place.
    ///
    /// # Panics
    ///
    /// If an [`Instant`] cannot express the new present.
    pub fn advance(&self, duration: Duration) {
        let to = self.elapsed().saturating_add(duration);
        self.shared.advance_to(to);
    }

    /// Holds the clock: from now on, it moves only when it is [advanced](Self::advance).
    ///
    /// If nothing is ready then but who waits for the clock, that is a deadlock.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::sleep;
    /// use ringfence_test::{Probe, TestRuntime, run, wait_all_blocked};
    /// use std::time::Duration;
    ///
    /// run(0, async {
    ///     let rt = TestRuntime::current();
    ///     let clock = rt.clock();
    ///     clock.hold();
    ///     rt.spawn_named("sleeper", sleep(Duration::from_secs(10)));
    ///     wait_all_blocked().await;
    ///     clock.advance(Duration::from_secs(9));
    ///     wait_all_blocked().await;
    ///     assert_eq!(rt.unfinished(), 1);
    ///     clock.release();
    ///     sleep(Duration::from_secs(2)).await;
    ///     assert_eq!(rt.unfinished(), 0);
    /// });
    /// ```
    pub fn hold(&self) {
        self.shared.time.with(|time| time.jumps = Jumps::Held);
    }

    /// Lets the clock jump again when nothing is ready.
    pub fn release(&self) {
        self.shared.time.with(|time| time.jumps = Jumps::Auto);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}
