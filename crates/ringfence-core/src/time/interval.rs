//! Ticking at a fixed period.

use super::{Sleep, sleep};
use crate::rt::Timer;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use futures_core::Stream;
use std::time::Instant;

/// Ticks at once, then every `period`, by the timer in force.
///
/// # Panics
///
/// If `period` is zero.
///
/// # Semantics
///
/// As tokio's `interval`, but ticks that nobody took are skipped unless
/// [`MissedTick`] says otherwise, as Go's `Ticker` does: a consumer that was held up is not
/// flooded afterwards. The timer is chosen, and the first tick is due, at the first poll.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, interval, rt::{self, Timer}};
/// use std::time::Duration;
///
/// let start = rt::timer().now();
/// let mut heartbeat = interval(Duration::from_secs(30));
/// let first = block_on(heartbeat.tick()); // the second is due half a minute later
/// assert!(first >= start);
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "the period of an interval must not be zero");
    Interval { period, missed: MissedTick::default(), next: sleep(Duration::ZERO) }
}

/// Ticks at a fixed period, as [`interval`] returns it.
///
/// It is also an endless [`Stream`] of the instants at which its ticks were due.
///
/// # Examples
///
/// ```
/// use futures::StreamExt as _;
/// use ringfence_core::{MissedTick, block_on, interval};
/// use std::time::Duration;
///
/// let mut ticks = interval(Duration::from_nanos(1)).on_missed_tick(MissedTick::Burst);
/// let due: Vec<_> = block_on(ticks.by_ref().take(3).collect());
/// assert_eq!(due[2] - due[0], 2 * ticks.period());
///
/// ticks.reset(); // the next tick is due a period after the next poll
/// assert!(block_on(ticks.tick()) > due[2]);
/// ```
#[derive(Debug)]
#[must_use = "an interval does nothing unless its ticks are taken"]
pub struct Interval {
    period: Duration,
    missed: MissedTick,
    /// Waits for the next tick.
    next: Sleep,
}

/// What becomes of a tick that was not taken before the next one was due.
///
/// # Examples
///
/// ```
/// use ringfence_core::{MissedTick, interval};
/// use std::time::Duration;
///
/// assert_eq!(MissedTick::default(), MissedTick::Skip);
/// let steady = interval(Duration::from_secs(1)).on_missed_tick(MissedTick::Delay);
/// assert_eq!(steady.period(), Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTick {
    /// It is left out: the next tick is the next whole period since the start. The default.
    #[default]
    Skip,
    /// It is made up for: ticks follow at once until they are as many as the periods.
    Burst,
    /// It moves all later ones: the next tick is a period after the late one was taken.
    Delay,
}

impl Interval {
    /// Says what becomes of ticks that are not taken in time.
    pub fn on_missed_tick(mut self, missed: MissedTick) -> Self {
        self.missed = missed;
        self
    }

    /// Returns the time between two ticks.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// Waits for the next tick, and returns the instant at which it was due.
    ///
    /// # Cancel safety
    ///
    /// No tick is lost if the future is dropped.
    pub fn tick(&mut self) -> Tick<'_> {
        Tick { interval: self }
    }

    /// Does what [`tick`](Interval::tick) does, for `poll` functions.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.next).poll(cx));
        let due = self.next.deadline().expect("a sleep that has ended has a deadline");
        let now = self.next.timer().now();
        match next_tick(due, now, self.period, self.missed) {
            Some(next) => self.next.reset_at(next),
            None => self.next.reset_to_never(),
        }
        Poll::Ready(due)
    }

    /// Makes the next tick due a period after the next poll.
    pub fn reset(&mut self) {
        self.next.reset(self.period);
    }
}

/// Returns the tick after the one that was due at `due` and is taken `now`.
fn next_tick(due: Instant, now: Instant, period: Duration, missed: MissedTick) -> Option<Instant> {
    let next = due.checked_add(period)?;
    if now < next {
        return Some(next);
    }
    match missed {
        MissedTick::Burst => Some(next),
        MissedTick::Delay => now.checked_add(period),
        MissedTick::Skip => {
            let late = now.duration_since(due).as_nanos() % period.as_nanos();
            let until_next = period.as_nanos() - late;
            // A period that is longer than `u64` can say has not been missed.
            now.checked_add(Duration::from_nanos(u64::try_from(until_next).ok()?))
        }
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.get_mut().poll_tick(cx).map(Some)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

/// Waits for one tick, as [`Interval::tick`] returns it.
///
/// # Cancel safety
///
/// No tick is lost if it is dropped.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, interval, race, sleep, time::Tick};
/// use std::time::Duration;
///
/// let mut heartbeat = interval(Duration::from_secs(60));
/// let first: Tick<'_> = heartbeat.tick();
/// block_on(first);
/// let late = async { heartbeat.tick().await; "tick" };
/// let idle = async { sleep(Duration::ZERO).await; "idle" };
/// assert_eq!(block_on(race((late, idle))), "idle"); // the tick that was given up is not lost
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited or polled"]
pub struct Tick<'a> {
    interval: &'a mut Interval,
}

impl Future for Tick<'_> {
    type Output = Instant;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Instant> {
        self.interval.poll_tick(cx)
    }
}
