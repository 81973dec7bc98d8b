//! Seeds, schedules, and polls for nothing.

use crate::{SECOND, message_of};
use ringfence_core::{
    rt::{Spawn, Task},
    sleep,
};
use ringfence_test::{
    Exhausted, Probe, TestRuntime, Trace, exhaust, explore, run, run_schedule, wait_all_blocked,
};
use std::{collections::BTreeSet, future::pending, sync::mpsc, time::Duration};

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
fn a_runtime_runs_once() {
    let rt = TestRuntime::new(0);
    rt.run(async {});
    assert_eq!(message_of(|| rt.run(async {})), "a `TestRuntime` runs once");
}

/// Three tasks that each take two polls, and note them.
fn three_tasks(trace: &Trace) {
    for name in ["a", "b", "c"] {
        let probe = trace.watch(name, Probe::yields(1, ()));
        TestRuntime::current().spawn_named(name, probe);
    }
}

#[test]
fn all_orders_of_a_small_program_are_tried_each_once() {
    let mut orders = BTreeSet::new();
    let mut traces = Vec::new();
    let tried = exhaust(1_000, || {
        let trace = Trace::new();
        traces.push(trace.clone());
        async move {
            three_tasks(&trace);
            wait_all_blocked().await;
        }
    });
    // Six polls, two of each: 6! / 2!³ orders.
    assert_eq!(tried, Exhausted::All { schedules: 90 });
    for trace in &traces {
        assert!(orders.insert(trace.lines()), "the same twice: {trace}");
    }
    assert_eq!(orders.len(), 90);
}

#[test]
fn a_bound_that_is_reached_is_told() {
    let tried = exhaust(10, || async {
        three_tasks(&Trace::new());
        wait_all_blocked().await;
    });
    assert_eq!(tried, Exhausted::Bound { schedules: 10 });
}

#[test]
fn a_program_of_one_task_has_one_schedule() {
    let tried = exhaust(10, || async { sleep(SECOND).await });
    assert_eq!(tried, Exhausted::All { schedules: 1 });
}

#[test]
fn a_bug_that_needs_one_order_is_found_and_its_schedule_repeats_it() {
    // The reader is right unless it comes between the two halves of the writer.
    let program = || async {
        let (wrote, written) = mpsc::channel();
        let rt = TestRuntime::current();
        rt.spawn_named("reader", async move {
            assert_ne!(written.try_iter().count(), 1, "torn");
        });
        rt.spawn_named("writer", async move {
            let _ = wrote.send(1);
            Probe::yields(1, ()).await;
            let _ = wrote.send(2);
        });
        wait_all_blocked().await;
    };
    let mut schedules = 0;
    let found = message_of(|| {
        exhaust(100, || {
            schedules += 1;
            program()
        })
    });
    assert!(found.contains("torn"), "{found}");
    assert_eq!(schedules, 2, "in the first, one task runs after the other");
    assert!(message_of(|| run_schedule(&[1, 0], program())).contains("torn"));
    assert!(message_of(|| explore(program)).contains("torn"));
    run_schedule(&[0], program());
}

#[test]
fn a_schedule_of_another_program_is_refused() {
    let program = async {
        three_tasks(&Trace::new());
        wait_all_blocked().await;
    };
    let message = message_of(|| run_schedule(&[3], program));
    assert!(message.contains("not one of this program"), "{message}");
}

#[test]
fn alarms_of_one_instant_ring_in_the_order_of_the_seed() {
    let order = |seed| {
        let trace = Trace::new();
        run(seed, async {
            let rung = |name| {
                let waker = trace.waker(name);
                ringfence_test::HookedWaker::new().on_wake(move || waker.wake_by_ref()).into_waker()
            };
            let mut sleeps = ["a", "b", "c"].map(|name| (Box::pin(sleep(SECOND)), rung(name)));
            for (sleep, waker) in &mut sleeps {
                assert!(ringfence_test::poll_once(sleep.as_mut(), waker).is_pending());
            }
            sleep(SECOND).await;
        });
        trace.lines()
    };
    let orders: BTreeSet<_> = (0..50).map(order).collect();
    assert_eq!(orders.len(), 6);
    assert_eq!(order(7), order(7));
}

#[test]
fn a_restless_runtime_polls_who_was_not_woken_and_ends_with_the_same() {
    let mut polls = BTreeSet::new();
    for seed in 0..20 {
        let rt = TestRuntime::new(seed).restless();
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        rt.spawn_named("probe", probe);
        let elapsed = rt.run(async {
            for _ in 0..5 {
                sleep(SECOND).await;
            }
            wait_all_blocked().await;
            TestRuntime::current().clock().elapsed()
        });
        assert_eq!(elapsed, SECOND * 5);
        polls.insert(control.polls());
        control.assert_sound();
    }
    assert!(polls.len() > 2 && polls.last() > Some(&3), "{polls:?}");
}

#[test]
fn a_restless_runtime_finds_its_deadlocks_too() {
    let message = message_of(|| TestRuntime::new(0).restless().run(pending::<()>()));
    assert!(message.starts_with("deadlock at 0ns"), "{message}");
    let held = message_of(|| {
        TestRuntime::new(0).restless().run(async {
            TestRuntime::current().clock().hold();
            sleep(Duration::from_secs(1)).await;
        })
    });
    assert!(held.contains("the clock is held"), "{held}");
}
