//! What a run says when it goes wrong.

use crate::{SECOND, message_of};
use ringfence_core::{
    rt::{Spawn, Task},
    sleep,
};
use ringfence_test::{Probe, Tally, TestRuntime, run};
use std::{future::pending, panic::catch_unwind};

/// A report with files rather than places in it.
fn without_columns(report: &str) -> String {
    let line = |line: &str| match line.split_once(".rs:") {
        Some((place, rest)) if line.contains(", ") => {
            let (head, path) = place.rsplit_once(", ").unwrap();
            let file = path.rsplit('/').next().unwrap();
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
            format!("{head}, {file}.rs:{rest}")
        }
        _ => line.to_owned(),
    };
    report.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_deadlock_says_who_waits_and_who_holds_the_wakers() {
    let probe = Probe::<()>::pending();
    let _waker_is_held_by = probe.controller();
    let rt = TestRuntime::new(0);
    rt.spawn(Task::new(probe)).unwrap();
    rt.spawn_named("stuck", pending());
    // Through a `dyn Spawn` the place is not known.
    let spawn: &dyn Spawn = &rt;
    spawn.spawn(Task::new(pending())).unwrap();
    let report = message_of(|| {
        rt.run(async {
            sleep(SECOND).await;
            pending::<()>().await;
        })
    });
    let report = without_columns(&report);
    let expected = "deadlock at 1s: nothing is ready, and no alarm is set
  the future given to `run`, reports.rs: polled 2 times, nobody holds its waker
  task 1, reports.rs: polled 1 times, its waker is held once
  task 2 `stuck`, reports.rs: polled 1 times, nobody holds its waker
  task 3: polled 1 times, nobody holds its waker";
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
    assert!(report.contains("and the clock is held"), "{report}");
    assert!(report.contains("sleeps until 1s"), "{report}");
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
