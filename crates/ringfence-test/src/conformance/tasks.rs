//! Tasks: what is asked of `rt::Spawn`.

use super::{Host, patience::skip};
use crate::{Probe, Tally};
use ringfence_core::{
    Outcome, Reason, block_on, remote,
    rt::{Spawn as _, Task},
};
use std::{
    future::Future,
    sync::{Arc, Barrier, mpsc},
    thread,
};

/// Spawns a task on a host that takes it.
pub(super) fn spawn(host: &impl Host, future: impl Future<Output = ()> + Send + 'static) {
    host.spawner().spawn(Task::new(future)).expect("the runtime runs, and takes a task");
}

/// Checks that the host still runs tasks, on whichever of its threads.
pub(super) fn assert_goes_on(host: &impl Host) {
    let children = (0..8).map(|n| remote(&host.spawner(), Probe::yields(2, n)));
    assert_eq!(block_on(ringfence_core::gather(children)), Vec::from_iter(0..8));
}

pub(super) fn a_task_is_run_to_its_end_and_dropped(host: impl Host) {
    let (send, ended) = mpsc::channel();
    for number in 0..10 {
        let send = send.clone();
        spawn(&host, async move {
            Probe::yields(number, ()).await;
            send.send(number).expect("it is received");
        });
    }
    drop(send);
    // Until all tasks have been dropped, with their senders.
    let mut ended: Vec<_> = ended.iter().collect();
    ended.sort_unstable();
    assert_eq!(ended, Vec::from_iter(0..10));
}

pub(super) fn a_task_may_be_spawned_inside_in_a_task_and_on_any_thread(host: impl Host) {
    let spawner = host.spawner();
    assert_eq!(host.run(async { remote(&spawner, async { 1 }).await }), 1);
    let inner = host.spawner();
    let nested = remote(&spawner, async move { remote(&inner, async { 2 }).await });
    assert_eq!(block_on(nested), 2);
    let elsewhere = thread::spawn(move || block_on(remote(&spawner, async { 3 })));
    assert_eq!(elsewhere.join().expect("it is spawned"), 3);
}

pub(super) fn a_task_goes_on_though_nobody_waits_for_it(host: impl Host) {
    let (told, control) = waiter();
    let (send, receive) = mpsc::channel();
    spawn(&host, async move {
        told.await;
        send.send(1).expect("it is received");
    });
    // Whatever the runtime has returned for the task was dropped.
    control.complete(());
    assert_eq!(receive.recv(), Ok(1));
}

fn waiter() -> (Probe<()>, crate::Controller<()>) {
    let told = Probe::pending();
    let control = told.controller();
    (told, control)
}

pub(super) fn tasks_are_polled_at_the_same_time(host: impl Host) {
    let threads = host.threads();
    if threads < 2 {
        return skip("the host polls one task at a time");
    }
    let (all, (send, met)) = (Arc::new(Barrier::new(threads)), mpsc::channel());
    for _ in 0..threads {
        let (all, send) = (Arc::clone(&all), send.clone());
        spawn(&host, async move {
            all.wait();
            send.send(()).expect("it is received");
        });
    }
    drop(send);
    assert_eq!(met.iter().count(), threads);
}

pub(super) fn what_is_refused_is_given_back_whole(host: impl Host) {
    let Some(refusing) = host.refusing() else {
        return skip("the host never refuses a task, or has no adapter that shows it");
    };
    let tally = Tally::new();
    let (held, ran) = (tally.count(()), tally.count(()));
    let task = Task::new(async move {
        let _held = held;
        drop(ran);
    });
    let refused = refusing.spawn(task).expect_err("it refuses, says the host");
    assert_eq!(tally.alive(), 2, "what is refused is given back, and not dropped");
    block_on(refused.refused);
    tally.assert_all_dropped_once();

    let child = Probe::<()>::pending();
    let control = child.controller();
    let outcome = block_on(remote(&refusing, child).outcome());
    assert!(is_loss(&outcome), "a child that is refused is cancelled, and not {outcome:?}");
    assert_eq!((control.polls(), control.drops()), (0, 1));
}

/// Whether it is how a child ends whose runtime has not.
pub(super) fn is_loss<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Outcome::Cancelled(cancelled) if *cancelled.reason() == Reason::RuntimeGone)
}
