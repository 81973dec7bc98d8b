//! What the deterministic runtime promises.

use ringfence_core::{
    rt::{self, Job, Spawn, SpawnBlocking, Task, Timer, Why},
    sleep,
};
use ringfence_test::{Probe, Tally, TestRuntime, explore, run, wait_all_blocked};
use std::{
    collections::BTreeSet,
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    task::Poll,
    time::Duration,
};

const SECOND: Duration = Duration::from_secs(1);

/// Runs `act`, and returns the message of its panic.
fn message_of<R>(act: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { panic!("nothing panicked") };
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// Returns the order in which five tasks are first polled.
fn order_of(seed: u64) -> Vec<u32> {
    let rt = TestRuntime::new(seed);
    let (polled, order) = mpsc::channel();
    for number in 0..5 {
        let polled = polled.clone();
        rt.spawn(Task::new(async move { polled.send(number).unwrap() })).unwrap();
    }
    rt.run(wait_all_blocked());
    order.try_iter().collect()
}

#[test]
fn a_run_returns_what_its_future_returns_which_may_borrow() {
    let text = String::from("borrowed");
    assert_eq!(run(0, async { text.as_str() }), "borrowed");
}

// case: VT-14
#[test]
fn the_same_seed_gives_the_same_order_and_many_seeds_give_many() {
    let orders: BTreeSet<_> = (0..200).map(order_of).collect();
    assert!(orders.len() > 60, "{} of 120 orders", orders.len());
    for seed in 0..20 {
        assert_eq!(order_of(seed), order_of(seed));
    }
}

#[test]
fn the_clock_jumps_to_the_next_alarm_when_nothing_is_ready() {
    explore(0..20, || async {
        let rt = TestRuntime::current();
        let (rang, order) = mpsc::channel();
        for seconds in [3, 1, 2] {
            let rang = rang.clone();
            let task = async move {
                sleep(SECOND * seconds).await;
                rang.send((seconds, TestRuntime::current().clock().elapsed())).unwrap();
            };
            rt.spawn(Task::new(task)).unwrap();
        }
        sleep(SECOND * 10).await;
        assert_eq!(rt.clock().elapsed(), SECOND * 10);
        let order: Vec<_> = order.try_iter().collect();
        assert_eq!(order, [(1, SECOND), (2, SECOND * 2), (3, SECOND * 3)]);
    });
}

#[test]
fn the_clock_stands_still_while_anything_is_ready() {
    run(1, async {
        let clock = TestRuntime::current().clock();
        TestRuntime::current().spawn(Task::new(sleep(SECOND))).unwrap();
        Probe::yields(100, ()).await;
        assert_eq!(clock.elapsed(), Duration::ZERO);
    });
}

#[test]
fn an_advance_wakes_who_is_due_and_only_them() {
    run(0, async {
        let rt = TestRuntime::current();
        let (rang, order) = mpsc::channel();
        for seconds in [1, 2, 5] {
            let rang = rang.clone();
            let task = async move {
                sleep(SECOND * seconds).await;
                rang.send(seconds).unwrap();
            };
            rt.spawn(Task::new(task)).unwrap();
        }
        let clock = rt.clock();
        clock.hold();
        wait_all_blocked().await;
        assert_eq!(clock.elapsed(), Duration::ZERO);
        let before = clock.now();
        clock.advance(SECOND * 3);
        wait_all_blocked().await;
        assert_eq!(order.try_iter().collect::<BTreeSet<_>>(), [1, 2].into());
        assert_eq!((clock.elapsed(), clock.now() - before), (SECOND * 3, SECOND * 3));
        clock.release();
        wait_all_blocked().await;
        assert_eq!(order.try_iter().count(), 0);
        sleep(SECOND * 2).await;
        wait_all_blocked().await;
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [5]);
    });
}

#[test]
fn a_dropped_sleep_sets_no_alarm() {
    run(0, async {
        let clock = TestRuntime::current().clock();
        let mut long = Box::pin(sleep(SECOND * 100));
        poll_fn(|cx| {
            assert!(long.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(long);
        sleep(SECOND).await;
        assert_eq!(clock.elapsed(), SECOND);
        clock.hold();
        wait_all_blocked().await;
    });
    let report = message_of(|| {
        run(0, async {
            drop(sleep(SECOND));
            pending::<()>().await
        })
    });
    assert!(report.contains("no alarm is set"), "{report}");
}

#[test]
fn the_runtime_is_in_force_in_its_future_its_tasks_and_its_jobs() {
    let rt = TestRuntime::new(0);
    let (told, tasks) = mpsc::channel();
    let seen = told.clone();
    let now = rt.now() + SECOND;
    rt.spawn(Task::new(async move {
        told.send(rt::timer().now()).unwrap();
    }))
    .unwrap();
    rt.spawn_blocking(Job::new(move || seen.send(rt::timer().now()).unwrap())).unwrap();
    rt.clock().advance(SECOND);
    rt.run(async {
        assert_eq!(rt::timer().now(), now);
        wait_all_blocked().await;
    });
    assert_eq!(tasks.into_iter().collect::<Vec<_>>(), [now, now]);
    assert!(rt::current().is_err());
}

// case: VT-15
// Kotlin and trio refuse it. Here a run is a closed world: its runtime and its clock are its own.
#[test]
fn runs_may_be_nested() {
    run(0, async {
        run(1, async { sleep(SECOND).await });
        assert_eq!(TestRuntime::current().clock().elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_deadlock_says_who_waits_and_who_holds_the_wakers() {
    let probe = Probe::<()>::pending();
    let _waker_is_held_by = probe.controller();
    let rt = TestRuntime::new(0);
    rt.spawn(Task::new(probe)).unwrap();
    rt.spawn(Task::new(pending())).unwrap();
    let report = message_of(|| {
        rt.run(async {
            sleep(SECOND).await;
            pending::<()>().await;
        })
    });
    let expected = "deadlock at 1s: nothing is ready, and no alarm is set
  the future given to `run`: polled 2 times, nobody holds its waker
  task 1: polled 1 times, its waker is held once
  task 2: polled 1 times, nobody holds its waker";
    assert_eq!(report, expected);
}

#[test]
fn a_held_clock_that_nobody_moves_is_a_deadlock() {
    let report = message_of(|| {
        run(0, async {
            TestRuntime::current().clock().hold();
            sleep(SECOND).await;
        })
    });
    assert!(report.contains("the clock is held, with alarms at [1s]"), "{report}");
}

#[test]
fn all_is_blocked_only_after_what_the_blocked_were_woken_for() {
    explore(0..50, || async {
        let rt = TestRuntime::current();
        let probe = Probe::pending();
        let control = probe.controller();
        let last = Probe::yields(20, ());
        let last_control = last.controller();
        rt.spawn(Task::new(async move {
            probe.await;
            last.await;
        }))
        .unwrap();
        wait_all_blocked().await;
        assert_eq!((control.polls(), last_control.polls()), (1, 0));
        control.complete(());
        wait_all_blocked().await;
        assert!(last_control.has_ended());
    });
}

#[test]
fn who_waits_for_all_blocked_may_be_dropped() {
    run(0, async {
        let mut waits = Box::pin(wait_all_blocked());
        let pending = poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_pending())).await;
        assert!(pending, "who asks is running");
        drop(waits);
        sleep(SECOND).await;
    });
}

#[test]
fn tasks_that_have_not_ended_are_dropped_with_the_run() {
    let tally = Tally::new();
    let rt = TestRuntime::new(0);
    let (polled, unpolled) = (tally.count(()), tally.count(()));
    rt.spawn(Task::new(async move {
        pending::<()>().await;
        drop(polled);
    }))
    .unwrap();
    rt.run(async {
        wait_all_blocked().await;
        rt.spawn(Task::new(async move { drop(unpolled) })).unwrap();
        assert_eq!(tally.alive(), 2);
    });
    tally.assert_all_dropped_once();
    let refused = rt.spawn(Task::new(async {})).unwrap_err();
    assert_eq!(refused.why, Why::Shutdown);
}

#[test]
fn a_runtime_that_refuses_gives_task_and_job_back_untouched() {
    let rt = TestRuntime::new(0);
    rt.refuse(Why::Unsupported);
    let refused = rt.spawn(Task::new(async {})).unwrap_err();
    assert_eq!(refused.why, Why::Unsupported);
    run(0, refused.refused);
    let (ran, runs) = mpsc::channel();
    let refused = rt.spawn_blocking(Job::new(move || ran.send(()).unwrap())).unwrap_err();
    refused.refused.run();
    assert_eq!(runs.into_iter().count(), 1);
}

#[test]
fn a_runtime_that_dies_drops_its_tasks_and_its_future_goes_on() {
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let rt = TestRuntime::new(0);
    rt.spawn(Task::new(probe)).unwrap();
    rt.run(async {
        wait_all_blocked().await;
        rt.shut_down();
        assert!(control.is_dropped());
        control.wake();
        Probe::yields(3, ()).await;
    });
    control.assert_sound();
    assert_eq!(control.polls(), 1);
}

#[test]
fn a_task_that_shuts_its_runtime_down_is_dropped_when_its_poll_returns() {
    let rt = TestRuntime::new(0);
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let mut pull_the_plug = Some(rt.clone());
    let probe = probe.on_poll(move |_| pull_the_plug.take().unwrap().shut_down());
    rt.spawn(Task::new(probe)).unwrap();
    rt.run(async {
        wait_all_blocked().await;
        control.assert_sound();
    });
}

// case: VT-13
#[test]
fn a_panic_comes_through_and_all_tasks_are_dropped() {
    let tally = Tally::new();
    for panicking in
        [Probe::yields(1, ()).panics_on_poll(1), Probe::yields(2, ()).panics_on_poll(2)]
    {
        let rt = TestRuntime::new(0);
        let value = tally.count(());
        rt.spawn(Task::new(async move {
            pending::<()>().await;
            drop(value);
        }))
        .unwrap();
        rt.spawn(Task::new(panicking)).unwrap();
        assert_eq!(message_of(|| rt.run(pending::<()>())), "probe panics on poll");
    }
    tally.assert_all_dropped_once();
    assert!(catch_unwind(TestRuntime::current).is_err(), "no runtime is left in place");
}

#[test]
fn a_stale_waker_of_a_run_that_is_over_does_nothing() {
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let rt = TestRuntime::new(0);
    rt.spawn(Task::new(probe)).unwrap();
    rt.run(wait_all_blocked());
    drop(rt);
    assert!(control.wake());
    assert_eq!(control.polls(), 1);
}

#[test]
fn a_runtime_runs_once() {
    let rt = TestRuntime::new(0);
    rt.run(async {});
    assert_eq!(message_of(|| rt.run(async {})), "a `TestRuntime` runs once");
}

#[test]
fn time_that_no_instant_can_express_is_refused_by_the_advance() {
    let rt = TestRuntime::new(0);
    let message = message_of(|| rt.clock().advance(Duration::MAX));
    assert_eq!(message, "beyond what an `Instant` can express");
    assert_eq!(rt.clock().elapsed(), Duration::ZERO);
}
