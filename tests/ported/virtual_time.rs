//! Area VT: the virtual clock that all these tests run by, and the order of what it wakes.

use crate::scene::{Log, after, elapsed, ms, run_deterministic};
use ringfence_core::{gather, rt::Spawn as _, rt::Task, sleep, timeout};
use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
use std::sync::mpsc;

/// Starts tasks that each note the time once they have slept so long.
fn sleepers(millis: &[u64]) -> mpsc::Receiver<(u64, u128)> {
    let (told, woken) = mpsc::channel();
    for &millis in millis {
        let told = told.clone();
        let task = async move {
            sleep(ms(millis)).await;
            told.send((millis, elapsed())).unwrap();
        };
        TestRuntime::current().spawn(Task::new(task)).unwrap();
    }
    woken
}

// case: VT-02
#[test]
fn ten_sleeps_of_minutes_are_exact() {
    run_deterministic(async {
        let mut total = 0;
        for seconds in (0..10).map(|n| 10 * n) {
            sleep(ms(1000 * seconds)).await;
            total += seconds;
            assert_eq!(elapsed(), u128::from(1000 * total));
        }
        assert_eq!(total, 450);
    });
}

// case: VT-04
#[test]
fn a_clock_of_another_runtime_moves_nobody_here() {
    run_deterministic(async {
        let woken = sleepers(&[10]);
        wait_all_blocked().await;
        let other = TestRuntime::new(1).clock();
        other.advance(ms(1000));
        wait_all_blocked().await;
        assert_eq!((woken.try_iter().count(), elapsed()), (0, 0));
        assert_eq!(other.elapsed(), ms(1000));
        sleep(ms(20)).await;
        assert_eq!(woken.try_iter().collect::<Vec<_>>(), [(10, 10)]);
    });
}

// case: VT-05
#[test]
fn all_are_blocked_when_the_busy_have_finished_and_before_a_sleeper_wakes() {
    let log = Log::default();
    run_deterministic(async {
        let busy = async {
            Probe::yields(10, ()).await;
            log.note("busy");
        };
        let asks = async {
            wait_all_blocked().await;
            log.note("blocked");
            // Whoever asks again waits for what came of the first time.
            wait_all_blocked().await;
            log.note("blocked again");
        };
        let sleeper = async {
            sleep(ms(1)).await;
            log.note("slept");
        };
        // One who gave it up keeps nobody.
        assert!(timeout(ms(0), wait_all_blocked()).await.is_err());
        gather((sleeper, asks, busy)).await;
        assert_eq!(log.take(), ["busy", "blocked", "blocked again", "slept"]);
    });
}

// case: VT-06
#[test]
fn who_is_due_when_the_clock_is_advanced_runs_after_that() {
    run_deterministic(async {
        let woken = sleepers(&[15]);
        let clock = TestRuntime::current().clock();
        clock.hold();
        wait_all_blocked().await;
        clock.advance(ms(15));
        assert_eq!(woken.try_iter().count(), 0);
        wait_all_blocked().await;
        assert_eq!(woken.try_iter().collect::<Vec<_>>(), [(15, 15)]);
    });
}

// case: VT-07
// Kotlin's clock stops at each event on its way. Here it goes at once where it was told to: whoever
// was due until then finds it there.
#[test]
fn an_advance_over_several_instants_wakes_those_until_it() {
    run_deterministic(async {
        let woken = sleepers(&[1000, 1500, 2001]);
        let clock = TestRuntime::current().clock();
        clock.hold();
        wait_all_blocked().await;
        clock.advance(ms(2000));
        wait_all_blocked().await;
        let mut first: Vec<_> = woken.try_iter().collect();
        first.sort();
        assert_eq!(first, [(1000, 2000), (1500, 2000)]);
        clock.advance(ms(2));
        wait_all_blocked().await;
        assert_eq!(woken.try_iter().collect::<Vec<_>>(), [(2001, 2002)]);
    });
}

// case: VT-10
// With Kotlin the timeout wins. Here a value that is there is never given up.
#[test]
fn work_that_takes_exactly_its_time_is_in_time_and_a_moment_more_is_not() {
    run_deterministic(async {
        assert_eq!(timeout(ms(100), after(100, 1)).await, Ok(1));
        assert!(timeout(ms(100), after(101, 1)).await.is_err());
    });
}

// case: VT-11
#[test]
fn tasks_that_move_the_clock_and_wait_for_each_other_do_not_hang() {
    run_deterministic(async {
        for n in 1..=3 {
            let task = async move {
                TestRuntime::current().clock().advance(ms(n));
                wait_all_blocked().await;
                TestRuntime::current().clock().advance(ms(n));
                sleep(ms(10)).await;
            };
            TestRuntime::current().spawn(Task::new(task)).unwrap();
        }
        let woken = sleepers(&[5]);
        sleep(ms(100)).await;
        assert_eq!(woken.try_iter().count(), 1);
        assert!(elapsed() >= 100);
    });
}
