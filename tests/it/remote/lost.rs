//! Runtimes that refuse a task, or drop it before its end.

use super::{ByHand, Output};
use crate::verbs::caught;
use futures::StreamExt as _;
use ringfence_core::{
    Handle, JoinSet, OnFailure, Outcome, Reason, Remote, Scope, ScopeError, as_completed, block_on,
    blocking, gather, race, race_ok, remote,
    rt::{Job, Refused, Spawn, SpawnBlocking, Task, Why},
    scope, settle, timeout, try_gather, until, wait,
};
use ringfence_test::{Probe, Stepper, Tally, TestRuntime, run};
use std::{
    future::{pending, ready},
    task::Poll,
    time::Duration,
};

/// A runtime that takes nothing.
#[derive(Clone)]
struct Gone;

impl Spawn for Gone {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: Why::Shutdown, refused: task })
    }
}

impl SpawnBlocking for Gone {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Err(Refused { why: Why::Shutdown, refused: job })
    }
}

fn refused() -> Remote<Output> {
    remote(&Gone, async { Ok(1) })
}

/// Whether it is the loss of a child.
fn is_loss<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Outcome::Cancelled(cancelled) if *cancelled.reason() == Reason::RuntimeGone)
}

const MESSAGE: &str = "a remote child was cancelled: the runtime is gone";

// trap: T19
// rule: remote-lost
#[test]
fn a_child_that_is_refused_has_been_dropped_unpolled_and_its_outcome_says_so() {
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    assert!(is_loss(&block_on(remote(&Gone, probe).outcome())));
    assert_eq!((control.polls(), control.drops()), (0, 1));
    let tally = Tally::new();
    let alive = tally.count(());
    assert!(is_loss(&block_on(blocking(&Gone, move || drop(alive)).outcome())));
    tally.assert_all_dropped_once();
}

// trap: T19
// rule: remote-lost
#[test]
fn whoever_keeps_outcomes_is_told_that_a_child_was_cancelled() {
    let (one, other) = block_on(settle((refused(), ready(1))));
    assert!(is_loss(&one) && other.is_completed());
    let [one] = block_on(settle([refused()]));
    assert!(is_loss(&one));
    let mut set = JoinSet::from_iter([refused()]);
    assert!(is_loss(&block_on(set.next()).unwrap().1));
    assert!(set.is_empty());
    let waited = block_on(wait([refused()], until::AllCompleted));
    assert!(is_loss(&waited.done[0].1));
}

// trap: T19
// rule: remote-lost-no-value
#[test]
fn whoever_has_no_outcomes_panics_with_a_message_and_never_hangs() {
    fn told<T: std::fmt::Debug>(run: impl FnOnce() -> T) -> String {
        caught(run).unwrap_err()
    }
    assert_eq!(told(|| block_on(refused())), MESSAGE);
    assert_eq!(told(|| block_on(gather((refused(), pending::<()>())))), MESSAGE);
    assert_eq!(told(|| block_on(gather(vec![refused()]))), MESSAGE);
    assert_eq!(told(|| block_on(try_gather((refused(), refused())))), MESSAGE);
    assert_eq!(told(|| block_on(race((refused(), pending())))), MESSAGE);
    assert_eq!(told(|| block_on(race_ok([refused()]))), MESSAGE);
    assert_eq!(told(|| block_on(as_completed([refused()]).next())), MESSAGE);
    assert_eq!(told(|| block_on(timeout(Duration::MAX, refused()))), MESSAGE);
}

// trap: T19
// rule: remote-lost
#[test]
fn a_verb_that_has_no_value_for_it_is_cancelled_itself() {
    let inner = async { gather((refused(), pending::<()>())).await.0 };
    let (outcome, one) = block_on(settle((inner, ready(1))));
    assert!(is_loss(&outcome) && one.is_completed());
    let nested = remote(&super::Threads, async { gather([refused()]).await });
    assert!(is_loss(&block_on(nested.outcome())));
}

// trap: T19
// rule: remote-lost
#[test]
fn a_child_whose_task_is_dropped_has_been_dropped_and_its_parent_is_woken() {
    for polled in [false, true] {
        let rt = ByHand::default();
        let probe = Probe::<()>::pending();
        let control = probe.controller();
        let mut child = Stepper::new(remote(&rt, probe).outcome());
        assert!(child.step().is_pending());
        if polled {
            assert!(rt.poll(0).is_pending());
        }
        rt.lose(0);
        assert_eq!(control.drops(), 1);
        assert!(child.is_woken());
        let Poll::Ready(outcome) = child.step() else { panic!("it has ended") };
        assert!(is_loss(&outcome));
    }
}

// trap: T19
// rule: remote-lost
#[test]
fn a_destructor_that_panics_while_the_runtime_drops_its_child_is_a_panic_of_the_child() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, Probe::<()>::pending().panics_on_drop()).outcome());
    assert!(child.step().is_pending());
    rt.lose(0);
    assert!(matches!(child.step(), Poll::Ready(Outcome::Panicked(_))));
}

// trap: T19
// rule: remote-lost
#[test]
fn a_job_that_the_runtime_drops_is_lost() {
    let rt = ByHand::default();
    let mut child = Stepper::new(blocking(&rt, || 1).outcome());
    assert!(child.step().is_pending());
    drop(rt.job());
    let Poll::Ready(outcome) = child.step() else { panic!("it has ended") };
    assert!(is_loss(&outcome));
}

/// Whether a scope has ended for the loss of a child.
fn is_lost(whole: &Result<u32, ScopeError<&str>>) -> bool {
    matches!(whole, Err(ScopeError::Cancelled(it)) if *it.reason() == Reason::RuntimeGone)
}

// trap: T19
// rule: scope-lost
#[test]
fn a_scope_that_has_lost_a_child_is_cancelled_for_that_reason() {
    // Whether the body has a value or not, and whether anyone awaits the child.
    let left = scope(async |s| -> Output {
        s.spawn_on(&Gone, async { Ok::<_, &str>(1) });
        Ok(1)
    });
    assert!(is_lost(&block_on(left)));
    let endless = scope(async |s| -> Output {
        s.spawn_blocking_on(&Gone, || Ok::<_, &str>(1));
        pending().await
    });
    assert!(is_lost(&block_on(endless)));
    let awaited = scope(async |s| -> Output { Ok(s.spawn_on(&Gone, async { Ok(1) }).await) });
    assert!(is_lost(&block_on(awaited)));
    let alone = scope(async |_: Scope<'_, &str>| -> Output { refused().await });
    assert!(is_lost(&block_on(alone)));
    let inside =
        scope(async |s| -> Output { Ok(s.spawn(async { gather([refused()]).await[0] }).await) });
    assert!(is_lost(&block_on(inside)));
}

// trap: T19
// rule: scope-lost
#[test]
fn a_scope_that_goes_on_after_failures_goes_on_after_a_loss_and_tells_of_it() {
    let near = Tally::new();
    let whole = scope(async |s: Scope<'_, &str>| -> Output {
        s.spawn_on(&Gone, async { Ok::<_, &str>(1) });
        s.spawn(async {
            ringfence_core::sleep(Duration::from_secs(1)).await;
            drop(near.count(()));
        });
        Ok(1)
    });
    let ended = run(0, whole.on_failure(OnFailure::Collect));
    assert!(is_lost(&ended));
    assert_eq!(near.made(), 1);
}

// trap: T19
// rule: scope-lost
#[test]
fn a_handle_tells_that_its_child_was_lost() {
    let mut handle: Option<Handle<u32>> = None;
    let ended = block_on(scope(async |s| -> Output {
        handle = Some(s.spawn_on(&Gone, async { Ok(1) }));
        pending().await
    }));
    assert!(ended.is_err());
    assert!(is_loss(&block_on(handle.unwrap().outcome())));
}

// trap: T19
// rule: scope-lost
#[test]
fn the_loss_of_a_child_is_its_handles_where_its_failure_is() {
    let ended = block_on(scope(async |s: Scope<'_, &str>| -> Output {
        let attempt = s.spawn_owned(refused());
        assert!(is_loss(&attempt.await));
        Ok(7)
    }));
    assert_eq!(ended.unwrap(), 7);
    // Dropped before the loss, or after it.
    for later in [false, true] {
        let dropped = block_on(scope(async |s: Scope<'_, &str>| -> Output {
            let attempt = s.spawn_owned(refused());
            if later {
                Probe::yields(3, ()).await;
                assert!(attempt.is_finished());
            }
            drop(attempt);
            Ok(7)
        }));
        assert!(is_lost(&dropped), "{dropped:?}");
    }
}

// trap: T19
// rule: remote-lost
#[test]
fn a_runtime_that_shuts_down_with_children_in_it_leaves_nobody_waiting() {
    let rt = TestRuntime::new(3);
    let probes = [(); 3].map(|()| Probe::<()>::pending());
    let controls = probes.each_ref().map(Probe::controller);
    let outcomes = rt.run(async {
        let children = probes.map(|probe| remote(&rt, probe));
        let dies = async {
            ringfence_test::wait_all_blocked().await;
            rt.shut_down();
        };
        gather((settle(children), dies)).await.0
    });
    assert!(outcomes.iter().all(is_loss));
    assert!(controls.iter().all(|control| control.drops() == 1));
}
