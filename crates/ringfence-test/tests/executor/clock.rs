//! The virtual clock.

use crate::{SECOND, message_of};
use ringfence_core::{
    rt::{Spawn, Task},
    sleep,
};
use ringfence_test::{Probe, TestRuntime, explore_seeds, run, wait_all_blocked};
use std::{
    collections::BTreeSet,
    future::{pending, poll_fn},
    sync::mpsc,
    task::Poll,
    time::Duration,
};

#[test]
fn the_clock_jumps_to_the_next_alarm_when_nothing_is_ready() {
    explore_seeds(0..20, || async {
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
fn time_that_no_instant_can_express_is_refused_by_the_advance() {
    let rt = TestRuntime::new(0);
    let message = message_of(|| rt.clock().advance(Duration::MAX));
    assert_eq!(message, "beyond what an `Instant` can express");
    assert_eq!(rt.clock().elapsed(), Duration::ZERO);
}
