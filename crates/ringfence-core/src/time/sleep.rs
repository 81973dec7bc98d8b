//! Waiting until an instant.

use crate::rt::{self, Embedded, Sleeping, Timer, TimerInForce};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::time::Instant;

/// The longest wait asked of a timer; longer ones are made of several.
///
/// Timers differ in how far they can look ahead, and some panic beyond it.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Waits until `duration` has passed since the first poll.
///
/// A zero duration is ready at the first poll. One that ends beyond what an [`Instant`] can
/// express never ends, and does not panic.
///
/// # Cancel safety
///
/// Nothing is lost if the future is dropped. It may be polled by any executor.
///
/// # Cost
///
/// One allocation by the timer when it must wait, and with a runtime in force one more to name it.
///
/// # Semantics
///
/// As tokio's `sleep`, but with the timer of the runtime in force at the first poll, and measured
/// from that poll rather than from the call.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, sleep};
/// use std::time::Duration;
///
/// let mut pause = sleep(Duration::ZERO);
/// block_on(&mut pause);
/// assert!(pause.is_elapsed());
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    Sleep { until: Until::After(duration), timer: None, alarm: None }
}

/// Waits until `deadline`, an instant of the timer in force.
///
/// A deadline that has passed is ready at the first poll. Compute deadlines from
/// [`rt::timer`]`().now()`: the clock in force may be a virtual one.
///
/// # Cancel safety
///
/// Nothing is lost if the future is dropped. It may be polled by any executor.
///
/// # Cost
///
/// As [`sleep`].
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, rt::{self, Timer}, sleep_until};
///
/// let now = rt::timer().now();
/// block_on(sleep_until(now));
/// assert!(rt::timer().now() >= now);
/// ```
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { until: Until::At(deadline), timer: None, alarm: None }
}

/// A future that resolves at an instant, as [`sleep`] and [`sleep_until`] return it.
///
/// It chooses its timer at its first poll and keeps it. Once elapsed it stays so, and may be
/// polled again, until it is reset.
///
/// # Cancel safety
///
/// Nothing is lost if the future is dropped. It may be polled by any executor.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, rt::{self, Timer}, sleep};
/// use std::time::Duration;
///
/// let mut pause = sleep(Duration::from_secs(60));
/// assert_eq!(pause.deadline(), None); // it is counted from the first poll
/// let now = rt::timer().now();
/// pause.reset_at(now);
/// block_on(&mut pause);
/// assert_eq!((pause.deadline(), pause.is_elapsed()), (Some(now), true));
///
/// pause.reset(Duration::ZERO);
/// assert!(!pause.is_elapsed());
/// ```
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Sleep {
    /// What is waited for.
    until: Until,
    /// Chosen at the first poll.
    timer: Option<TimerInForce>,
    /// Rings at the deadline, or earlier: then a new one is set.
    alarm: Option<Alarm>,
}

/// What a [`Sleep`] waits for.
///
/// # States
///
/// ```text
/// After ──1──▶ At ──2──▶ Passed        1  poll: the clock is read, the deadline stands
///   │                                  2  poll: the deadline is reached
///   └──3──▶ Never                      3  poll: no instant is so far away
/// any state ──4──▶ After, At           4  reset, reset_at
/// ```
#[derive(Clone, Copy, Debug)]
enum Until {
    /// So long after the next poll.
    After(Duration),
    /// This instant.
    At(Instant),
    /// An instant that cannot be expressed.
    Never,
    /// This instant, which has been reached.
    Passed(Instant),
}

impl Sleep {
    /// Moves the end to `duration` after the next poll.
    ///
    /// # Cost
    ///
    /// Nothing now. A later end keeps the wait that is under way and begins another at its end, so
    /// that pushing a deadline on again and again costs nothing.
    pub fn reset(&mut self, duration: Duration) {
        self.until = Until::After(duration);
    }

    /// Moves the end to `deadline`.
    ///
    /// # Cost
    ///
    /// As [`reset`](Sleep::reset).
    pub fn reset_at(&mut self, deadline: Instant) {
        self.until = Until::At(deadline);
    }

    /// Returns the end, if it stands: not before the first poll after [`sleep`] or a reset.
    pub fn deadline(&self) -> Option<Instant> {
        match self.until {
            Until::At(deadline) | Until::Passed(deadline) => Some(deadline),
            Until::After(_) | Until::Never => None,
        }
    }

    /// Returns whether a poll has found the end reached.
    pub fn is_elapsed(&self) -> bool {
        matches!(self.until, Until::Passed(_))
    }

    /// Returns the timer that it waits by, chosen now if it was not before.
    pub(super) fn timer(&mut self) -> &TimerInForce {
        self.timer.get_or_insert_with(rt::timer)
    }

    /// Moves the end to an instant that cannot be expressed.
    pub(super) fn reset_to_never(&mut self) {
        self.until = Until::Never;
    }

    /// Returns the deadline to wait for, reading the clock if it does not stand yet.
    pub(super) fn fix_deadline(&mut self) -> Option<Instant> {
        if let Until::After(duration) = self.until {
            let deadline = self.timer().now().checked_add(duration);
            self.until = deadline.map_or(Until::Never, Until::At);
        }
        self.deadline()
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_elapsed() {
            return Poll::Ready(());
        }
        let Some(deadline) = self.fix_deadline() else {
            return Poll::Pending;
        };
        loop {
            // An alarm set for later than the deadline is of no use.
            if let Some(alarm) = self.alarm.as_mut().filter(|alarm| alarm.at <= deadline) {
                ready!(alarm.poll(cx));
                // The timer's word counts, not the clock's: a coarse clock may lag behind it.
                if alarm.at == deadline {
                    break;
                }
            }
            let timer = self.timer();
            let now = timer.now();
            if deadline <= now {
                break;
            }
            let at = now.checked_add(LONGEST).map_or(deadline, |longest| longest.min(deadline));
            let alarm = Alarm::set(timer, at);
            self.alarm = Some(alarm);
        }
        self.alarm = None;
        self.until = Until::Passed(deadline);
        Poll::Ready(())
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("until", &self.until)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}

/// One wait of one timer.
struct Alarm {
    at: Instant,
    bell: Bell,
}

enum Bell {
    /// In place, since it is the common case of a core without a runtime.
    Embedded(futures_timer::Delay),
    OfRuntime(Sleeping),
}

impl Alarm {
    fn set(timer: &TimerInForce, at: Instant) -> Self {
        let bell = match timer.runtime() {
            Some(rt) => Bell::OfRuntime(rt.sleep_until(at)),
            None => Bell::Embedded(Embedded.delay_until(at)),
        };
        Self { at, bell }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.bell {
            Bell::Embedded(delay) => Pin::new(delay).poll(cx),
            Bell::OfRuntime(sleeping) => sleeping.as_mut().poll(cx),
        }
    }
}
