//! How remote children end, and what their parents are told.

use super::{ByHand, Output};
use crate::{
    cloning,
    traits::{OUTER, traits},
    verbs::caught,
};
use ringfence_core::{
    JoinSet, Outcome, block_on, gather, race_ok, remote,
    rt::{Refused, Spawn, Task},
    settle, try_gather, until, wait,
};
use ringfence_test::{
    CountingWaker, HookedWaker, Probe, Stepper, Tally, TestRuntime, explore_seeds, poll_once,
};
use std::{
    cell::Cell,
    future::{poll_fn, ready},
    mem,
    panic::panic_any,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
    thread,
};

/// Runs a future on the deterministic runtime, beside its tasks, in many orders.
fn explored<F: Future<Output = ()>>(make: impl Fn(TestRuntime) -> F) {
    explore_seeds(0..16, async || make(TestRuntime::current()).await);
}

// rule: remote-value
#[test]
fn a_value_comes_back_and_the_child_has_been_dropped_by_then() {
    let rt = ByHand::default();
    let tally = Tally::new();
    let alive = tally.count(());
    let mut child = Stepper::new(remote(&rt, async move {
        let _alive = alive;
        42
    }));
    assert!(child.step().is_pending());
    assert!(rt.poll(0).is_ready());
    assert_eq!(tally.alive(), 0);
    assert_eq!(child.wakes(), 1);
    assert_eq!(child.step(), Poll::Ready(42));
}

// rule: remote-value
#[test]
fn children_of_every_verb_may_be_remote() {
    explored(async |rt| {
        let number = |n: u32| remote(&rt, Probe::yields(n as usize, n));
        let result = |n: u32| remote(&rt, Probe::yields(n as usize, Ok::<_, u32>(n)));
        assert_eq!(gather((number(2), async { "near" }, number(1))).await, (2, "near", 1));
        assert_eq!(gather((0..9).map(number)).await, Vec::from_iter(0..9));
        assert_eq!(gather((0..9).map(number)).limit(2).await, Vec::from_iter(0..9));
        assert_eq!(try_gather([result(1), result(2)]).await, Ok([1, 2]));
        assert_eq!(race_ok((result(3), remote(&rt, async { Err(0) }))).await, Ok(3));
        let ends = settle([number(1), number(0)]).await;
        assert_eq!(ends.map(Outcome::ok), [Some(1), Some(0)]);
        let waited = wait([number(1), number(2)], until::AllCompleted).await;
        assert_eq!(waited.done.len(), 2);
        let mut set = JoinSet::from_iter([number(1)]);
        assert_eq!(set.next().await.unwrap().1.ok(), Some(1));
    });
}

// rule: limit-running
#[test]
fn a_limit_counts_tasks_too() {
    let rt = ByHand::default();
    let children = [(); 3].map(|()| remote(&rt, Probe::ready(())));
    let mut all = Stepper::new(gather(children).limit(2));
    assert!(all.step().is_pending());
    assert_eq!(rt.spawned(), 2);
    assert!(rt.poll(1).is_ready());
    assert!(all.step().is_pending());
    assert_eq!(rt.spawned(), 3);
}

// rule: remote-panic
#[test]
fn a_panic_is_resumed_where_the_child_is_awaited_with_the_payload_that_it_had() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, async { panic_any(7_u8) }));
    assert!(child.step().is_pending());
    // The runtime does not see it.
    assert!(rt.poll(0).is_ready());
    let thrown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| child.step()));
    assert_eq!(thrown.map(|_: Poll<()>| ()).unwrap_err().downcast_ref(), Some(&7_u8));
}

// rule: remote-panic
#[test]
fn a_panic_is_the_outcome_of_the_child_where_outcomes_are_kept() {
    explored(async |rt| {
        let panics = || remote(&rt, Probe::<u32>::ready(1).panics_on_poll(1));
        let message = |outcome: Outcome<u32>| outcome.panic().is_some();
        let (outcome, one) = settle((panics(), async { 1 })).await;
        assert!(message(outcome) && one.is_completed());
        assert!(message(panics().outcome().await));
        let mut set = JoinSet::from_iter([panics()]);
        assert!(message(set.next().await.unwrap().1));
    });
}

// rule: remote-panic
// rule: panic-drop-at-end
#[test]
fn a_destructor_that_panics_at_the_end_is_a_panic_of_the_child() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, Probe::ready(1).panics_on_drop()));
    assert!(child.step().is_pending());
    assert!(rt.poll(0).is_ready());
    assert!(caught(|| child.step()).is_err());
}

// trap: T5
// rule: end-poll-again
#[test]
fn a_child_that_has_ended_panics_if_it_is_polled_again() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, Probe::ready(1)));
    assert!(child.step().is_pending());
    assert!(rt.poll(0).is_ready());
    assert!(child.step().is_ready());
    assert!(caught(|| child.step()).unwrap_err().contains("polled after it had ended"));
}

// rule: remote-value
#[test]
fn a_runtime_may_run_the_task_while_it_spawns_it() {
    #[derive(Clone)]
    struct AtOnce;
    impl ringfence_core::rt::Spawn for AtOnce {
        fn spawn(
            &self,
            task: ringfence_core::rt::Task,
        ) -> Result<(), ringfence_core::rt::Refused<ringfence_core::rt::Task>> {
            block_on(task);
            Ok(())
        }
    }
    let both = gather((remote(&AtOnce, async { 1 }), remote(&AtOnce, async { 2 })));
    assert_eq!(block_on(both), (1, 2));
    let first: Output = block_on(race_ok([remote(&AtOnce, async { Ok(1) })])).map_err(|[e]| e);
    assert_eq!(first, Ok(1));
}

// trap: T20
#[test]
fn what_stands_for_a_task_is_send_sync_and_unpin_whatever_the_child_is() {
    let rt = ByHand::default();
    let pinned = || async { Cell::new(std::future::ready(1).await) };
    assert_eq!(traits!(remote(&rt, pinned())), OUTER);
    assert_eq!(traits!(remote(&rt, pinned()).outcome()), OUTER);
}

/// A runtime that polls a task right where it is spawned, until it has ended.
#[derive(Clone)]
struct AtOnce;

impl Spawn for AtOnce {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        block_on(task);
        Ok(())
    }
}

// rule: remote-value
#[test]
fn a_child_that_ends_where_it_is_spawned_is_there_in_the_same_poll() {
    let mut child = Stepper::new(remote(&AtOnce, async { 42 }));
    assert_eq!(child.step(), Poll::Ready(42));
}

// rule: remote-value
#[test]
fn a_waker_that_panics_when_it_is_cloned_leaves_the_one_that_waits() {
    for ends_meanwhile in [false, true] {
        let rt = ByHand::default();
        let mut child = Box::pin(remote(&rt, ready(42)));
        let first = CountingWaker::new();
        assert!(poll_once(child.as_mut(), &first.waker()).is_pending());
        let meanwhile = rt.clone();
        let second = cloning::waker(move || {
            if ends_meanwhile {
                assert!(meanwhile.poll(0).is_ready());
            }
            panic!("no clone")
        });
        assert_eq!(caught(|| poll_once(child.as_mut(), &second)).unwrap_err(), "no clone");
        if !ends_meanwhile {
            assert_eq!(first.take_wakes(), 0);
            assert!(rt.poll(0).is_ready());
        }
        assert_eq!(first.take_wakes(), 1);
        assert_eq!(poll_once(child.as_mut(), &first.waker()), Poll::Ready(42));
    }
}

// rule: remote-value
#[test]
fn what_is_the_runtimes_of_a_task_is_let_go_where_it_was_made() {
    for (elsewhere, panics) in [(false, false), (false, true), (true, false), (true, true)] {
        let rt = ByHand::default();
        let mut first = true;
        let twice = poll_fn(move |_| match mem::take(&mut first) {
            true => Poll::Pending,
            false => Poll::Ready(42),
        });
        let mut child = Stepper::new(remote(&rt, twice));
        assert!(child.step().is_pending());
        let released = Arc::new(AtomicBool::new(false));
        let by_last = released.clone();
        let let_go = move || {
            by_last.store(true, Relaxed);
            assert!(!panics, "no drop");
        };
        let mut task = rt.take(0);
        let poll = move || {
            let waker = HookedWaker::new().on_last_drop(let_go).into_waker();
            assert!(poll_once(Pin::new(&mut task), &waker).is_pending());
            assert!(poll_once(Pin::new(&mut task), &waker).is_ready());
            assert_eq!(caught(|| drop(waker)).is_err(), panics && !elsewhere);
        };
        if elsewhere {
            thread::spawn(poll).join().unwrap();
        } else {
            poll();
        }
        assert_ne!(released.load(Relaxed), elsewhere);
        assert_eq!(child.step(), Poll::Ready(42), "whatever the waker does");
        assert!(released.load(Relaxed));
    }
}
