//! Tasks and jobs: how they begin, wait and end.

use crate::SECOND;
use ringfence_core::{
    rt::{self, Job, LocalTask, Spawn, SpawnBlocking, SpawnLocal, Task, Timer, Why},
    sleep,
};
use ringfence_test::{Probe, Tally, TestRuntime, explore_seeds, run, wait_all_blocked};
use std::{
    cell::Cell,
    future::{pending, poll_fn},
    rc::Rc,
    sync::mpsc,
    task::Poll,
};

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

#[test]
fn all_is_blocked_only_after_what_the_blocked_were_woken_for() {
    explore_seeds(0..50, || async {
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
fn a_task_that_is_not_send_runs_beside_the_others_and_is_dropped_with_the_run() {
    let tally = Tally::new();
    let dropped = Rc::new(tally.count(()));
    let weak = Rc::downgrade(&dropped);
    run(0, async {
        let rt = TestRuntime::current();
        let count = Rc::new(Cell::new(0));
        for _ in 0..3 {
            let count = Rc::clone(&count);
            let task = LocalTask::new(async move {
                Probe::yields(2, ()).await;
                count.set(count.get() + 1);
            });
            rt.spawn_local(task).unwrap();
        }
        rt.spawn_local(LocalTask::new(async move {
            pending::<()>().await;
            drop(dropped);
        }))
        .unwrap();
        wait_all_blocked().await;
        assert_eq!((count.get(), rt.unfinished()), (3, 1));
    });
    assert!(weak.upgrade().is_none());
    tally.assert_all_dropped_once();
}

#[test]
fn a_task_that_is_not_send_is_refused_where_its_runtime_does_not_run() {
    let rt = TestRuntime::new(0);
    let refused = rt.spawn_local(LocalTask::new(async {})).unwrap_err();
    assert_eq!(refused.why, Why::NoContext);
    run(1, async {
        assert_eq!(rt.spawn_local(LocalTask::new(async {})).unwrap_err().why, Why::NoContext);
        TestRuntime::current().refuse(Why::Shutdown);
        let refused = TestRuntime::current().spawn_local(LocalTask::new(async {})).unwrap_err();
        assert_eq!(refused.why, Why::Shutdown);
    });
}

#[test]
fn a_local_task_may_shut_its_runtime_down_and_is_dropped_when_its_poll_returns() {
    run(0, async {
        let rt = TestRuntime::current();
        let (probe, other) = (Probe::<()>::pending(), Probe::<()>::pending());
        let controls = [probe.controller(), other.controller()];
        let plug = rt.clone();
        let mut pull = Some(move || plug.shut_down());
        let probe = probe.on_poll(move |_| pull.take().unwrap()());
        rt.spawn_local(LocalTask::new(other)).unwrap();
        rt.spawn_local(LocalTask::new(probe)).unwrap();
        wait_all_blocked().await;
        controls.iter().for_each(|control| control.assert_sound());
        assert_eq!(rt.unfinished(), 0);
    });
}

#[test]
fn of_runs_inside_each_other_each_has_its_own_local_tasks() {
    run(0, async {
        let outer = TestRuntime::current();
        let ran = Rc::new(Cell::new(0));
        let noted = Rc::clone(&ran);
        run(1, async {
            let task = LocalTask::new(async move { noted.set(noted.get() + 1) });
            outer.spawn_local(task).unwrap();
            wait_all_blocked().await;
        });
        assert_eq!(ran.get(), 0, "the outer runtime stood still");
        wait_all_blocked().await;
        assert_eq!(ran.get(), 1);
    });
}
