//! Which runtime is in force, with all features on and no set-up call anywhere.
//!
//! Nothing here may call `install` or `set_default`: they hold for the whole process.
#![cfg(all(feature = "tokio", feature = "async-std", feature = "smol"))]

use ringfence::{
    AsyncStd, Smol, interval,
    rt::{self, Spawn, Task},
    sleep,
};
use std::{sync::mpsc, thread, time::Duration};

const HOUR: Duration = Duration::from_secs(3600);

fn paused_tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Runs a task on the runtime in force, waits, and returns the name of the thread it ran on.
fn thread_of_a_task() -> String {
    let (send, receive) = mpsc::channel();
    let task = Task::new(async move {
        send.send(thread::current().name().unwrap_or_default().to_owned()).unwrap();
    });
    rt::current().unwrap().spawn(task).unwrap();
    receive.recv().unwrap()
}

// rule: runtime-timer
#[test]
fn inside_paused_tokio_an_hour_passes_at_once_without_any_call() {
    paused_tokio().block_on(async {
        let start = tokio::time::Instant::now();
        sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR);
    });
}

#[test]
fn inside_paused_tokio_an_interval_ticks_by_its_clock() {
    paused_tokio().block_on(async {
        let mut hourly = interval(HOUR);
        let first = hourly.tick().await;
        assert_eq!(hourly.tick().await - first, HOUR);
        assert_eq!(hourly.tick().await - first, 2 * HOUR);
    });
}

#[test]
fn a_sleep_begun_in_tokio_may_be_polled_elsewhere() {
    let runtime = paused_tokio();
    let mut pause = sleep(HOUR);
    runtime.block_on(async { assert!(futures::poll!(&mut pause).is_pending()) });
    // On no runtime, though the wait is tokio's.
    ringfence::block_on(async { assert!(futures::poll!(&mut pause).is_pending()) });
    runtime.block_on(tokio::time::advance(HOUR));
    ringfence::block_on(pause);
}

#[test]
fn tokio_is_detected_in_its_tasks_and_in_its_blocking_jobs() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("worker of tokio")
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(async { thread_of_a_task() }), "worker of tokio");
    let in_a_job = runtime.spawn_blocking(thread_of_a_task);
    assert_eq!(runtime.block_on(in_a_job).unwrap(), "worker of tokio");
}

#[test]
fn async_std_is_detected() {
    async_std::task::block_on(async {
        assert!(AsyncStd::try_current().is_some());
        assert_eq!(thread_of_a_task(), "async-std/runtime");
        sleep(Duration::ZERO).await;
    });
}

// rule: runtime-rank
#[test]
fn async_std_counts_before_the_tokio_that_it_has_entered() {
    // As its feature `tokio1` does around every task.
    let tokio = paused_tokio();
    async_std::task::block_on(async {
        let _inside = tokio.enter();
        assert_eq!(thread_of_a_task(), "async-std/runtime");
    });
}

// rule: runtime-truthful
#[test]
fn smol_is_never_detected() {
    smol::block_on(async {
        let error = rt::current().map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("rt::with_runtime"));
    });
}

// rule: runtime-order
#[test]
fn the_given_runtime_counts_before_the_detected_one() {
    paused_tokio().block_on(async {
        let thread = rt::with_runtime(Smol, async { thread_of_a_task() }).await;
        assert!(thread.starts_with("smol"));
        // Outside of it tokio is in force again: an hour passes at once.
        sleep(HOUR).await;
    });
}
