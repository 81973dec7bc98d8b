//! Runtimes that refuse a task, or drop it before its end.

use super::Beside;
use crate::verbs::caught;
use ringfence::Tokio;
use ringfence_core::{
    Outcome, Reason, block_on, gather, race,
    rt::{Refused, Spawn, Task, Why},
    settle, try_gather, until, wait,
};
use ringfence_test::{Probe, Stepper, Tally};
use std::{future::pending, task::Poll};

/// A runtime that takes nothing.
#[derive(Clone)]
struct Gone;

impl Spawn for Gone {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: Why::Shutdown, refused: task })
    }
}

fn is_loss<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Outcome::Cancelled(why) if *why.reason() == Reason::RuntimeGone)
}

const MESSAGE: &str = "a remote child was cancelled: the runtime is gone";

// rule: on-lost
// rule: sharded-lost
#[test]
fn children_that_are_refused_are_dropped_unpolled_and_their_outcomes_say_so() {
    let probes = [(); 9].map(|()| Probe::<u32>::ready(1));
    let controls = probes.each_ref().map(Probe::controller);
    assert!(block_on(settle(probes).on(&Gone).sharded(2)).iter().all(is_loss));
    assert!(controls.iter().all(|control| (control.polls(), control.drops()) == (0, 1)));
    let child = || async { 1 };
    assert!(block_on(settle([child(), child()]).on(&Gone)).iter().all(is_loss));
    let (one, two) = block_on(settle((child(), async { "two" })).on(&Gone));
    assert!(is_loss(&one) && is_loss(&two));
    let many = (0..100).map(async |n| n);
    assert!(block_on(settle(many).limit(7).on(&Gone).sharded(3)).iter().all(is_loss));
    let waited = block_on(wait([child(), child()], until::AllCompleted).on(&Gone));
    assert!(waited.done.iter().all(|(_, end)| is_loss(end)));
}

// rule: on-lost
// rule: sharded-lost
#[test]
fn verbs_that_keep_no_outcomes_panic() {
    let children = || [0, 1].map(|n| async move { Ok::<_, ()>(n) });
    assert_eq!(caught(|| block_on(gather(children()).on(&Gone))).unwrap_err(), MESSAGE);
    assert_eq!(caught(|| block_on(gather(children()).on(&Gone).sharded(2))).unwrap_err(), MESSAGE);
    assert_eq!(caught(|| block_on(try_gather(children()).on(&Gone))).unwrap_err(), MESSAGE);
    assert_eq!(caught(|| block_on(race(children()).on(&Gone).sharded(1))).unwrap_err(), MESSAGE);
}

// rule: sharded-lost
#[test]
fn of_a_shard_that_is_dropped_the_children_are_lost_that_it_has_begun() {
    let rt = Beside::default();
    let probes: Vec<_> = (0..8).map(|_| Probe::<u32>::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let mut all = Stepper::new(settle(probes).on(&rt).sharded(2));
    assert!(all.step().is_pending());
    // Each shard takes some; then the first is lost, and the second takes the rest.
    rt.turn();
    let begun: Vec<_> = controls.iter().map(|control| control.polls()).collect();
    assert!(begun.contains(&0) && begun.contains(&1));
    rt.lose(0);
    assert!(all.is_woken());
    let lost = controls.iter().filter(|control| control.is_dropped()).count();
    assert!(lost > 0);
    rt.settle();
    assert_eq!(controls.iter().filter(|control| control.complete(1)).count(), 8 - lost);
    rt.settle();
    let Poll::Ready(ends) = all.step() else { panic!("nobody is left") };
    assert_eq!(ends.iter().filter(|end| is_loss(end)).count(), lost);
    assert_eq!(ends.iter().filter(|end| end.is_completed()).count(), 8 - lost);
    controls.iter().for_each(|control| control.assert_sound());
}

// rule: sharded-lost
#[test]
fn a_shard_that_waits_takes_what_a_lost_one_was_woken_for() {
    let rt = Beside::default();
    let probes: Vec<_> = (0..3).map(|_| Probe::<u32>::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let mut all = Stepper::new(settle(probes).limit(2).on(&rt).sharded(2));
    assert!(all.step().is_pending());
    rt.settle();
    controls[0].complete(0);
    rt.settle();
    // Both wait for more; whichever is told of the third child is lost, or is not.
    assert!(all.step().is_pending());
    rt.lose(1);
    rt.settle();
    let _ = all.step();
    rt.settle();
    assert_eq!(controls[2].polls(), 1);
    controls[2].complete(2);
    rt.settle();
    let Poll::Ready(ends) = all.step() else { panic!("nobody is left") };
    assert!(ends[0].is_completed() && is_loss(&ends[1]) && ends[2].is_completed());
}

// rule: sharded-lost
#[test]
fn if_all_shards_are_lost_so_are_the_children_that_none_has_begun() {
    let rt = Beside::default();
    let tally = Tally::new();
    let children: Vec<_> = (0..100)
        .map(|n| {
            let alive = if n == 99 { tally.bomb(()) } else { tally.count(()) };
            async move {
                let _alive = alive;
                pending::<()>().await;
            }
        })
        .collect();
    let mut all = Stepper::new(settle(children).on(&rt).sharded(2));
    assert!(all.step().is_pending());
    rt.lose(0);
    rt.lose(1);
    let Poll::Ready(ends) = all.step() else { panic!("nobody is left") };
    assert!(ends[..99].iter().all(is_loss));
    // What panics when it is dropped for that has panicked.
    assert!(ends[99].panic().is_some());
    tally.assert_all_dropped_once();
}

// rule: on-lost
// rule: sharded-lost
#[test]
fn children_on_a_tokio_that_shuts_down_are_lost_and_nobody_hangs() {
    for workers in [0, 2] {
        let rt = match workers {
            0 => tokio::runtime::Builder::new_current_thread().build().unwrap(),
            workers => {
                tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().unwrap()
            }
        };
        let adapter = Tokio::from(rt.handle().clone());
        let tally = Tally::new();
        let children = [(); 40].map(|()| {
            let alive = tally.count(());
            async move {
                let _alive = alive;
                pending::<()>().await;
            }
        });
        let mut all = Box::pin(settle(children).on(&adapter).sharded(2));
        rt.block_on(async {
            tokio::select! {
                biased;
                _ = &mut all => unreachable!("they pend for ever"),
                () = Probe::yields(5, ()) => {}
            }
        });
        drop(rt);
        assert!(block_on(all).iter().all(is_loss));
        tally.assert_all_dropped_once();
    }
}
