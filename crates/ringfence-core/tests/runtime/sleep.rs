//! Sleeping, by a virtual clock.

use super::clock::Clock;
use ringfence_core::{Sleep, block_on, rt::Timer, sleep, sleep_until};
use std::{task::Poll, time::Duration};

const SECOND: Duration = Duration::from_secs(1);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

// rule: sleep-zero
#[test]
fn a_sleep_of_nothing_is_ready_at_once_and_asks_no_timer() {
    let clock = Clock::new();
    assert!(clock.poll(&mut sleep(Duration::ZERO)).is_ready());
    assert!(clock.poll(&mut sleep_until(clock.now())).is_ready());
    assert!(clock.poll(&mut sleep_until(clock.now() - SECOND)).is_ready());
    assert!(clock.asked().is_empty());
}

// rule: timeout-from-first-poll
// rule: sleep-first-poll
#[test]
fn a_duration_is_measured_from_the_first_poll() {
    let clock = Clock::new();
    let mut pause = sleep(2 * SECOND);
    assert_eq!(pause.deadline(), None);
    clock.advance(5 * SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    assert_eq!(pause.deadline(), Some(clock.now() + 2 * SECOND));
    clock.advance(SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    clock.advance(SECOND);
    assert!(clock.poll(&mut pause).is_ready());
}

// rule: sleep-fused
#[test]
fn it_stays_elapsed_until_it_is_reset() {
    let clock = Clock::new();
    let mut pause = sleep(SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    assert!(!pause.is_elapsed());
    clock.advance(SECOND);
    assert!(!pause.is_elapsed());
    assert!(clock.poll(&mut pause).is_ready());
    assert!(pause.is_elapsed());
    assert!(clock.poll(&mut pause).is_ready());
    pause.reset(SECOND);
    assert!(!pause.is_elapsed());
    assert!(clock.poll(&mut pause).is_pending());
    clock.advance(SECOND);
    assert!(clock.poll(&mut pause).is_ready());
}

// rule: sleep-timer
#[test]
fn the_timer_is_chosen_at_the_first_poll_and_kept() {
    let clock = Clock::new();
    let other = Clock::new();
    let mut pause = sleep(SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    other.advance(2 * SECOND);
    assert!(other.poll(&mut pause).is_pending());
    clock.advance(SECOND);
    // Nothing is in force here.
    assert!(super::poll(&mut pause).is_ready());
}

// rule: sleep-forever
#[test]
fn the_longest_duration_never_ends_and_panics_nowhere() {
    let clock = Clock::new();
    let mut pause = sleep(Duration::MAX);
    assert!(clock.poll(&mut pause).is_pending());
    clock.advance(1000 * YEAR);
    assert!(clock.poll(&mut pause).is_pending());
    assert_eq!(pause.deadline(), None);
    pause.reset(Duration::ZERO);
    assert!(clock.poll(&mut pause).is_ready());
    assert!(super::poll(&mut sleep(Duration::MAX)).is_pending());
}

// rule: sleep-long
#[test]
fn a_timer_is_never_asked_for_more_than_a_year() {
    let clock = Clock::new();
    let start = clock.now();
    let mut pause = sleep(2 * YEAR + SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    clock.advance(YEAR);
    assert!(clock.poll(&mut pause).is_pending());
    clock.advance(YEAR);
    assert!(clock.poll(&mut pause).is_pending());
    assert_eq!(clock.asked(), [start + YEAR, start + 2 * YEAR, start + 2 * YEAR + SECOND]);
    clock.advance(SECOND);
    assert!(clock.poll(&mut pause).is_ready());
}

#[test]
fn a_later_end_keeps_the_wait_under_way_and_an_earlier_one_begins_anew() {
    let clock = Clock::new();
    let start = clock.now();
    let mut pause = sleep(2 * SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    for later in 3..100 {
        pause.reset_at(start + later * SECOND);
        assert!(clock.poll(&mut pause).is_pending());
    }
    assert_eq!(clock.asked(), [start + 2 * SECOND]);
    clock.advance(2 * SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    assert_eq!(clock.asked(), [start + 99 * SECOND]);
    pause.reset_at(start + 3 * SECOND);
    assert!(clock.poll(&mut pause).is_pending());
    assert_eq!(clock.asked(), [start + 3 * SECOND]);
    clock.advance(SECOND);
    assert!(clock.poll(&mut pause).is_ready());
}

/// The one test that lets real time pass: some milliseconds, and nothing is measured.
#[test]
fn without_a_runtime_sleeps_end_in_the_order_of_their_deadlines() {
    let mut long = sleep(Duration::from_millis(4));
    let mut short = sleep(Duration::from_millis(1));
    block_on(async {
        // Only begins it: on a busy machine it may have ended by now.
        let _ = super::poll(&mut short);
        (&mut long).await;
        assert_eq!(super::poll(&mut short), Poll::Ready(()));
    });
}

#[test]
fn a_sleep_may_move_between_threads() {
    fn check<T: Send + Unpin + 'static>() {}
    check::<Sleep>();
}
