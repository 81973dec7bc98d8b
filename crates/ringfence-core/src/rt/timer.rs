//! Telling the time, and waiting for it.

use alloc::boxed::Box;
use core::{future::Future, pin::Pin};
use std::time::Instant;

/// A future that resolves at an instant of a [`Timer`].
pub type Sleeping = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// A clock that can be waited for.
///
/// The clock may be a virtual one: deadlines are computed from [`now`](Timer::now) of the timer
/// that will wait for them, never from another clock.
pub trait Timer: Send + Sync {
    /// Returns the present, in this timer's time.
    fn now(&self) -> Instant;

    /// Returns a future that resolves at `deadline`, or at once if it has passed.
    ///
    /// It must be possible to create and to poll it on any thread, inside the runtime or not.
    fn sleep_until(&self, deadline: Instant) -> Sleeping;
}
