//! Telling the time, and waiting for it.

use alloc::{boxed::Box, sync::Arc};
use core::{future::Future, pin::Pin};
use std::time::Instant;

/// A future that resolves at an instant of a [`Timer`].
pub type Sleeping = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// A clock that can be waited for.
///
/// The clock may be a virtual one: deadlines are computed from [`now`](Timer::now) of the timer
/// that will wait for them, never from another clock.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, rt::{Embedded, Sleeping, Timer}};
/// use std::time::Instant;
///
/// /// A clock on which nobody has to wait.
/// struct Hurried;
///
/// impl Timer for Hurried {
///     fn now(&self) -> Instant {
///         Embedded.now()
///     }
///
///     fn sleep_until(&self, _: Instant) -> Sleeping {
///         Box::pin(async {})
///     }
/// }
///
/// block_on(Hurried.sleep_until(Hurried.now() + std::time::Duration::from_secs(60)));
/// let sleeping: Sleeping = Embedded.sleep_until(Embedded.now());
/// block_on(sleeping);
/// assert!(Embedded.now() <= Embedded.now());
/// ```
pub trait Timer: Send + Sync {
    /// Returns the present, in this timer's time.
    fn now(&self) -> Instant;

    /// Returns a future that resolves at `deadline`, or at once if it has passed.
    ///
    /// It must be possible to create and to poll it on any thread, inside the runtime or not. The
    /// library never asks for a deadline more than a year ahead.
    fn sleep_until(&self, deadline: Instant) -> Sleeping;
}

impl<T: Timer + ?Sized> Timer for &T {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        (**self).sleep_until(deadline)
    }
}

impl<T: Timer + ?Sized> Timer for Arc<T> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        (**self).sleep_until(deadline)
    }
}

/// The timer that needs no runtime: the system's clock and one thread.
///
/// It is in force where no runtime is. Its thread is that of `futures-timer`, started by the first
/// wait, shared by the whole process and never joined.
///
/// # Panics
///
/// Its futures panic when polled if the system refuses that thread.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, rt::{Embedded, Timer}};
///
/// let now = Embedded.now();
/// block_on(Embedded.sleep_until(now));
/// assert!(Embedded.now() >= now);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Embedded {
    /// Waits as [`sleep_until`](Timer::sleep_until) does, without a box around it.
    pub(crate) fn delay_until(self, deadline: Instant) -> futures_timer::Delay {
        futures_timer::Delay::new(deadline.saturating_duration_since(self.now()))
    }
}

impl Timer for Embedded {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Box::pin(self.delay_until(deadline))
    }
}
