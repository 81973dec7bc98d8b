//! Jobs that block.

use super::{ByHand, Output, Parent, Threads};
use crate::verbs::caught;
use ringfence_core::{Outcome, ScopeError, block_on, blocking, cancel, gather, race, scope};
use ringfence_test::{Stepper, Tally, TestRuntime, explore_seeds, poll_once};
use std::{
    future::{pending, ready},
    pin::Pin,
    sync::mpsc::{self, Receiver, Sender},
    task::{Poll, Waker},
};

// rule: blocking-value
#[test]
fn a_job_returns_its_value_and_its_panic_is_the_childs() {
    assert_eq!(block_on(blocking(&Threads, || 42)), 42);
    let outcome = block_on(blocking(&Threads, || -> u32 { panic!("in the job") }).outcome());
    assert!(matches!(outcome, Outcome::Panicked(panic) if panic.message() == Some("in the job")));
    explore_seeds(0..16, async || {
        let rt = TestRuntime::current();
        assert_eq!(gather((blocking(&rt, || 1), blocking(&rt, || 2))).await, (1, 2));
    });
}

// rule: blocking-drop
#[test]
fn a_job_that_has_not_begun_is_dropped_in_place_and_never_runs() {
    let rt = ByHand::default();
    let tally = Tally::new();
    let alive = tally.count(());
    let mut child = blocking(&rt, move || {
        drop(alive);
        unreachable!("it never runs")
    });
    let polled: Poll<()> = poll_once(Pin::new(&mut child), Waker::noop());
    assert!(polled.is_pending());
    drop(child);
    tally.assert_all_dropped_once();
    rt.job().run();
}

/// A job that waits until the test lets it go, and the test's ends of it.
fn stuck() -> (impl FnOnce() -> Output + Send, Receiver<()>, Sender<()>) {
    let (enter, entered) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let job = move || {
        enter.send(()).unwrap();
        gone.recv().unwrap();
        Ok(1)
    };
    (job, entered, go)
}

// rule: blocking-drop
#[test]
fn whoever_has_lost_to_a_job_or_a_job_to_it_waits_for_its_end() {
    let (job, entered, go) = stuck();
    let winner = async {
        entered.recv().unwrap();
        Ok(2)
    };
    let mut racing = Parent::new(race((blocking(&Threads, job), winner)));
    assert!(racing.poll().is_pending());
    assert!(racing.poll().is_pending());
    go.send(()).unwrap();
    assert_eq!(racing.end(), Ok(2));
}

// rule: blocking-drop
#[test]
fn a_scope_waits_for_its_jobs_however_it_ends() {
    let (job, entered, go) = stuck();
    let mut whole = Parent::new(scope(async |s| -> Output {
        s.spawn_blocking_on(&Threads, job);
        s.spawn(async move {
            // Polled behind it, when it has been handed over.
            entered.recv().unwrap();
            Err::<u32, _>("sibling")
        });
        pending().await
    }));
    assert!(whole.poll().is_pending());
    assert!(whole.poll().is_pending());
    go.send(()).unwrap();
    assert!(matches!(whole.end(), Err(ScopeError::Failed(_))));
}

// rule: blocking-value
#[test]
fn a_handle_gives_the_value_of_a_job_and_its_failure_is_the_scopes() {
    let sum = block_on(scope(async |s| -> Output {
        let one = s.spawn_blocking_on(&Threads, || Ok(1));
        s.child().named("effects").spawn_blocking_on(&Threads, || ());
        Ok(one.await + 1)
    }));
    assert_eq!(sum.unwrap(), 2);
    let failed = block_on(scope(async |s| -> Output {
        s.child().named("disk").spawn_blocking_on(&Threads, || Err::<u32, _>("full"));
        pending().await
    }));
    assert!(failed.unwrap_err().to_string().contains("disk"));
    let panicked = scope(async |s| -> Output {
        s.spawn_blocking_on(&Threads, || -> Output { panic!("in the job") });
        pending().await
    });
    assert_eq!(caught(|| block_on(panicked)).unwrap_err(), "in the job");
}

// rule: remote-token
#[test]
fn a_job_may_look_at_its_token() {
    let (enter, entered) = mpsc::channel();
    let job = move || {
        let token = cancel::current().unwrap();
        enter.send(()).unwrap();
        while !token.is_cancelled() {
            std::thread::yield_now();
        }
    };
    let winner = async {
        entered.recv().unwrap();
        ready(()).await;
    };
    block_on(race((blocking(&Threads, job), winner)));
}

// rule: blocking-value
#[test]
fn a_job_is_run_once_by_the_runtime_and_wakes_its_parent() {
    let rt = ByHand::default();
    let mut child = Stepper::new(blocking(&rt, || 1));
    assert!(child.step().is_pending());
    rt.job().run();
    assert_eq!(child.wakes(), 1);
    assert_eq!(child.step(), Poll::Ready(1));
}
