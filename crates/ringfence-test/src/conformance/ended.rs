//! Runtimes that end before what they were given.
//!
//! What is left of a runtime that nobody has any more is gone: so no rule holds an adapter while its
//! host shuts down, unless it says so.

use super::{
    Host,
    busy::busy,
    patience::{skip, wait_until},
    tasks::{is_loss, spawn},
    timers::SHORT,
};
use crate::{Probe, Stepper, Tally};
use ringfence_core::{
    Reason, ScopeError, block_on, remote,
    rt::{Refused, Spawn as _, Task},
    scope,
};
use std::{sync::mpsc, task::Poll, thread};

const NEVER: &str = "the host never shuts down";

pub(super) fn a_task_that_has_not_ended_is_dropped_with_its_runtime(host: impl Host) {
    const TASKS: usize = 100;
    let probes: Vec<Probe<()>> = (0..TASKS).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    probes.into_iter().for_each(|probe| spawn(&host, probe));
    // The first is idle; the others may not have begun.
    wait_until(|| controls[0].polls() > 0);
    let ended = host.shut_down();
    if ended.is_err() {
        for control in controls {
            control.complete(());
        }
        return skip(NEVER);
    }
    let left = controls.iter().filter(|control| !control.is_dropped()).count();
    assert_eq!(left, 0, "tasks that the runtime has not dropped, of {TASKS}");
    controls.iter().for_each(|control| control.assert_sound());
}

pub(super) fn a_child_that_has_not_ended_is_cancelled_with_its_runtime(host: impl Host) {
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let mut child = Stepper::new(remote(&host.spawner(), probe).outcome());
    assert!(child.step().is_pending());
    wait_until(|| control.polls() > 0);
    if host.shut_down().is_err() {
        return skip(NEVER);
    }
    assert!(control.is_dropped());
    assert!(child.is_woken(), "the parent is told of it");
    let Poll::Ready(outcome) = child.step() else { panic!("it has ended") };
    assert!(is_loss(&outcome), "it is cancelled, and not {outcome:?}");
}

pub(super) fn a_child_inside_a_poll_is_cancelled_with_its_runtime(host: impl Host) {
    let (probe, gate) = busy();
    let mut child = Stepper::new(remote(&host.spawner(), probe).outcome());
    assert!(child.step().is_pending());
    gate.wait();
    let ended = thread::scope(|threads| {
        // Before the shutdown, during it, or once that waits for the poll.
        threads.spawn(gate.opener());
        host.shut_down().is_ok()
    });
    if !ended {
        return skip(NEVER);
    }
    gate.control.assert_sound();
    assert!(child.is_woken());
    let Poll::Ready(outcome) = child.step() else { panic!("it has ended") };
    assert!(is_loss(&outcome), "it is cancelled, and not {outcome:?}");
}

pub(super) fn a_scope_whose_runtime_ends_is_cancelled_and_does_not_hang(host: impl Host) {
    let (begun, child) = (Probe::pending(), Probe::<()>::pending());
    let (told, control) = (begun.controller(), child.controller());
    let child = child.on_poll(move |_| {
        told.complete(());
    });
    let mut ends = true;
    let ended = block_on(scope(async |s| -> Result<(), ()> {
        let handle = s.spawn_on(&host.spawner(), child);
        begun.await;
        if host.shut_down().is_err() {
            ends = false;
            control.complete(());
        }
        handle.await;
        Ok(())
    }));
    if !ends {
        return skip(NEVER);
    }
    match ended {
        Err(ScopeError::Cancelled(why)) => assert_eq!(*why.reason(), Reason::RuntimeGone),
        other => panic!("it is cancelled, and not {other:?}"),
    }
}

/// Holds an adapter while its host shuts down, and lets go of it after that: by then, what the
/// runtime has taken, though it does not run it, is to be dropped.
pub(super) fn what_is_spawned_after_the_end_is_refused_or_dropped(host: impl Host) {
    let spawner = host.spawner();
    if host.shut_down().is_err() {
        return skip(NEVER);
    }
    let tally = Tally::new();
    let held = tally.count(());
    let (send, ran) = mpsc::channel();
    let task = Task::new(async move {
        let _held = held;
        send.send(()).expect("it is received");
    });
    if let Err(Refused { refused, .. }) = spawner.spawn(task) {
        block_on(refused);
        assert_eq!(ran.try_recv(), Ok(()), "what is refused is given back whole");
    }
    let child = Probe::<()>::pending();
    let control = child.controller();
    let mut child = Stepper::new(remote(&spawner, child).outcome());
    let mut end = child.step();
    drop(spawner);
    if end.is_pending() {
        assert!(child.is_woken(), "the parent is told of it");
        end = child.step();
    }
    let Poll::Ready(outcome) = end else { panic!("it has ended") };
    assert!(is_loss(&outcome), "it is cancelled, and not {outcome:?}");
    assert_eq!((control.polls(), control.drops()), (0, 1));
    assert!(ran.try_recv().is_err(), "nothing is run after the end");
    tally.assert_all_dropped_once();
}

pub(super) fn a_sleep_goes_on_without_its_runtime(host: impl Host) {
    let Some(timer) = host.timer() else { return skip("the host has no timer") };
    let mut begun = timer.sleep_until(timer.now() + SHORT);
    let _ = Stepper::new(&mut begun).step();
    let not_begun = timer.sleep_until(timer.now() + SHORT);
    if host.shut_down().is_err() {
        return skip(NEVER);
    }
    block_on(begun);
    block_on(not_begun);
    block_on(timer.sleep_until(timer.now() + SHORT));
}
