//! Ticking, by a virtual clock.

use super::clock::Clock;
use futures_core::Stream;
use ringfence_core::{Interval, MissedTick, interval, rt::Timer};
use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

const SECOND: Duration = Duration::from_secs(1);

/// Takes a tick, if one is due.
fn tick(clock: &Clock, interval: &mut Interval) -> Option<Instant> {
    match clock.poll(&mut interval.tick()) {
        Poll::Ready(due) => Some(due),
        Poll::Pending => None,
    }
}

/// Returns the seconds at which ticks were due, when the second one was taken `late`.
fn ticks(missed: MissedTick, late: Duration) -> Vec<Duration> {
    let clock = Clock::new();
    let start = clock.now();
    let mut interval = interval(SECOND).on_missed_tick(missed);
    let mut due = vec![tick(&clock, &mut interval).unwrap() - start];
    clock.advance(SECOND + late);
    while due.len() < 6 {
        match tick(&clock, &mut interval) {
            Some(instant) => due.push(instant - start),
            None => clock.advance(SECOND / 4),
        }
    }
    due
}

fn seconds(seconds: [f32; 6]) -> Vec<Duration> {
    seconds.map(Duration::from_secs_f32).to_vec()
}

// rule: interval-first
#[test]
fn the_first_tick_is_at_once_and_the_others_a_period_apart() {
    let clock = Clock::new();
    let mut interval = interval(SECOND);
    clock.advance(SECOND);
    let first = tick(&clock, &mut interval);
    assert_eq!(first, Some(clock.now()));
    assert_eq!(tick(&clock, &mut interval), None);
    clock.advance(SECOND);
    assert_eq!(tick(&clock, &mut interval), Some(clock.now()));
}

#[test]
fn a_tick_that_is_late_by_less_than_a_period_moves_no_other() {
    for missed in [MissedTick::Skip, MissedTick::Burst, MissedTick::Delay] {
        let due = ticks(missed, SECOND / 2);
        assert_eq!(due, seconds([0., 1., 2., 3., 4., 5.]), "{missed:?}");
    }
}

// rule: interval-due
// rule: interval-skip
// rule: interval-burst
// rule: interval-delay
#[test]
fn missed_ticks_are_skipped_made_up_for_or_move_the_later_ones() {
    let late = 2 * SECOND + SECOND / 2;
    assert_eq!(MissedTick::default(), MissedTick::Skip);
    assert_eq!(ticks(MissedTick::Skip, late), seconds([0., 1., 4., 5., 6., 7.]));
    assert_eq!(ticks(MissedTick::Burst, late), seconds([0., 1., 2., 3., 4., 5.]));
    assert_eq!(ticks(MissedTick::Delay, late), seconds([0., 1., 4.5, 5.5, 6.5, 7.5]));
}

// rule: interval-safe
#[test]
fn a_tick_that_is_dropped_is_not_lost() {
    let clock = Clock::new();
    let mut interval = interval(SECOND);
    assert!(tick(&clock, &mut interval).is_some());
    assert!(tick(&clock, &mut interval).is_none());
    clock.advance(SECOND);
    let due = clock.now();
    drop(interval.tick());
    assert_eq!(tick(&clock, &mut interval), Some(due));
}

#[test]
fn it_is_a_stream_without_an_end() {
    let clock = Clock::new();
    let mut interval = interval(SECOND);
    assert_eq!(interval.size_hint(), (usize::MAX, None));
    let mut next =
        std::future::poll_fn(|cx: &mut Context<'_>| Pin::new(&mut interval).poll_next(cx));
    assert_eq!(clock.poll(&mut next), Poll::Ready(Some(clock.now())));
    assert_eq!(clock.poll(&mut next), Poll::Pending);
}

#[test]
fn after_a_reset_the_next_tick_is_a_period_away() {
    let clock = Clock::new();
    let mut interval = interval(SECOND);
    interval.reset();
    assert_eq!(tick(&clock, &mut interval), None);
    clock.advance(SECOND);
    assert_eq!(tick(&clock, &mut interval), Some(clock.now()));
}

#[test]
fn the_longest_period_has_one_tick() {
    let clock = Clock::new();
    let mut interval = interval(Duration::MAX);
    assert!(tick(&clock, &mut interval).is_some());
    clock.advance(1_000_000_000 * SECOND);
    assert!(interval.poll_tick(&mut Context::from_waker(Waker::noop())).is_pending());
}

// rule: interval-zero
#[test]
#[should_panic(expected = "the period of an interval must not be zero")]
fn a_period_of_zero_panics() {
    let _ = interval(Duration::ZERO);
}
