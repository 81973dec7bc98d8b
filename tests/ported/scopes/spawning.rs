//! Area SP: spawning, also while the scope is being cancelled.

use super::{S, Why, cancelled, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{
    OnFailure, Reason, SpawnError, remote,
    rt::{Refused, Spawn, Task, Why as Refusal},
    scope_local, sleep,
};
use ringfence_test::Probe;
use std::{
    cell::Cell,
    future::{Future, pending},
    pin::Pin,
};

// case: SP-02
#[test]
fn a_hydra_is_ended_by_the_failure_of_who_watches_it() {
    run(async {
        let heads = Cell::new(0);
        fn head<'a>(s: S<'a>, heads: &'a Cell<u32>) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
            Box::pin(async move {
                heads.set(heads.get() + 1);
                after(10, ()).await;
                for _ in 0..2 {
                    s.spawn(head(s.clone(), heads));
                }
            })
        }
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(async {
                while heads.get() < 10 {
                    sleep(ms(1)).await;
                }
                Err::<(), _>("watcher")
            });
            s.spawn(head(s.clone(), &heads));
            pending().await
        });
        assert_eq!(failures(ended.await), ["child 0: watcher"]);
        assert!(heads.get() >= 10);
    });
}

// case: SP-06
#[test]
fn a_spawn_from_a_childs_cleanup_is_refused_and_the_failures_are_the_same() {
    run(async {
        let child = Probe::<Result<(), Why>>::pending();
        let control = child.controller();
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(after(10, Err::<(), _>("A")));
            s.spawn_with(async |s| {
                s.cancelled().await;
                let Err(SpawnError::Cancelled(child)) = s.try_spawn(child) else {
                    panic!("it is shutting down")
                };
                drop(child);
                Ok(())
            });
            Ok(())
        });
        assert_eq!(failures(ended.grace(ms(100)).await), ["child 0: A"]);
        assert_eq!(control.polls(), 0);
    });
}

// case: SP-07
// trio and anyio start the child, which is cancelled at its first checkpoint. Here it is refused:
// what was never begun needs no end. `spawn_anyway` is for what must be begun.
#[test]
fn a_child_spawned_into_a_cancelled_scope_does_not_start_unless_it_must() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel("enough");
            s.spawn(async { log.note("started") });
            s.spawn_anyway(async { log.note("started anyway") });
            pending().await
        });
        assert_eq!(cancelled(ended.await), "cancelled: enough");
        assert_eq!(log.take(), ["started anyway"]);
    });
}

// case: SP-08
#[test]
fn a_child_after_the_decision_never_runs_and_is_unavailable_rather_than_failed() {
    run(async {
        let child = Probe::<Result<u32, Why>>::ready(Ok(2));
        let control = child.controller();
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(after(10, Err::<(), _>("decides")));
            s.cancelled().await;
            let outcome = s.spawn(child).outcome().await;
            assert!(outcome.is_cancelled());
            pending().await
        });
        assert_eq!(failures(ended.grace(ms(10)).await), ["child 0: decides"]);
        assert_eq!(control.polls(), 0);
    });
}

// case: SP-09
// Swift's `addTask` still makes a child, which sees that it is cancelled, and delivers its value.
// Here the plain spawn does not run it either, and says so by its handle.
#[test]
fn the_careful_spawn_gives_the_child_back_and_the_plain_one_tells_the_handle() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.cancel("enough");
            assert!(s.try_spawn(async { Ok(1) }).is_err());
            let outcome = s.spawn(async { Ok(3) }).outcome().await;
            Ok(outcome.into_result().unwrap_err().to_string())
        });
        assert_eq!(ended.await.unwrap(), "cancelled: enough");
    });
}

// case: SP-14
#[test]
fn a_child_of_a_scope_that_has_failed_never_runs_and_whoever_waits_for_it_is_told_once() {
    run(async {
        let mut outside = None;
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            outside = Some(s.clone());
            Err("body")
        });
        assert_eq!(failures(ended.await), ["body: body"]);
        let child = Probe::<()>::ready(());
        let control = child.controller();
        let handle = outside.unwrap().spawn(child);
        assert!(handle.is_finished());
        assert!(handle.outcome().await.is_cancelled());
        assert_eq!((control.polls(), control.drops()), (0, 1));
    });
}

// case: SP-15
#[test]
fn a_scope_opened_where_all_is_cancelled_runs_its_body_and_then_says_so() {
    let log = Log::default();
    run(async {
        let outer = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel(Reason::Deadline);
            let inner = scope_local(async |_: S<'_>| -> Result<(), Why> {
                log.note("begun");
                pending().await
            });
            log.note(cancelled(inner.await));
            sleep(ms(1)).await;
            log.note("not reached");
            Ok(())
        });
        assert_eq!(cancelled(outer.await), "cancelled: a deadline passed");
        assert_eq!(log.take(), ["begun", "cancelled: a deadline passed"]);
    });
}

// case: SP-18
#[test]
fn a_scope_that_is_cancelled_between_any_spawns_ends_promptly() {
    for before in 0..16 {
        for after_it in 0..16 {
            run(async {
                let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
                    let fork = || drop(s.spawn(after(1000, Ok(()))));
                    (0..before).for_each(|_| fork());
                    s.spawn_with(async |s| s.cancel("decided"));
                    (0..after_it).for_each(|_| fork());
                    pending().await
                });
                assert_eq!(cancelled(ended.await), "cancelled: decided");
                assert_eq!(elapsed(), 0);
            });
        }
    }
}

// case: SP-13
// rule: remote-lost
// Java's fork throws. Here the spawn is the scope's, which happens when it polls the child: the
// child has an end that says so, and the scope is told as of any child that is lost.
#[test]
fn a_child_that_the_runtime_refuses_has_ended_so_and_the_scope_can_still_be_left() {
    #[derive(Clone)]
    struct Full;
    impl Spawn for Full {
        fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
            Err(Refused { why: Refusal::Shutdown, refused: task })
        }
    }
    run(async {
        let log = Log::default();
        let ended = scope_local(async |s: S<'_>| {
            let owned = s.child().spawn_owned(remote(&Full, async { Ok::<_, &str>(1) }));
            let outcome = owned.await;
            assert_eq!(
                outcome.into_result().unwrap_err().to_string(),
                "cancelled: the runtime is gone"
            );
            log.note("goes on");
            Ok(after(10, 7).await)
        });
        // Whoever keeps the outcome decides.
        assert_eq!((ended.await.unwrap(), elapsed()), (7, 10));
        assert_eq!(log.take(), ["goes on"]);

        let ended = scope_local(async |s: S<'_>| -> Result<(), _> {
            let _local = log.local("body");
            s.spawn_on(&Full, async { Ok(()) }).await;
            unreachable!("there is no value");
        });
        assert_eq!(cancelled(ended.await), "cancelled: the runtime is gone");
        assert_eq!(log.take(), ["drop body"]);

        // The others go on, if they are to.
        let ended = scope_local(async |s: S<'_>| -> Result<u32, _> {
            let refused = s.spawn_on(&Full, async { Ok(()) }).outcome().await;
            assert_eq!(
                refused.into_result().unwrap_err().to_string(),
                "cancelled: the runtime is gone"
            );
            Ok(after(10, 7).await)
        });
        assert_eq!(
            cancelled(ended.on_failure(OnFailure::Collect).await),
            "cancelled: the runtime is gone"
        );
        assert_eq!(elapsed(), 20);
    });
}
