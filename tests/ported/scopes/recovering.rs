//! Area FF: whose failure cancels whom, and whose does not.

use super::{S, Why, failures};
use crate::scene::{after, elapsed, ms, run};
use ringfence_core::{OnFailure, Outcome, scope_local};
use ringfence_test::{Probe, Stepper};
use std::{future::pending, task::Poll};
use tokio::sync::Semaphore;

// case: FF-20
#[test]
fn a_child_that_was_cancelled_alone_is_no_failure_and_its_siblings_end() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let alone = s.spawn(pending::<Result<(), Why>>());
            let sibling = s.spawn(after(20, Ok(2)));
            alone.cancel("not needed");
            assert!(alone.outcome().await.is_cancelled());
            Ok(sibling.await)
        });
        assert_eq!((ended.await.unwrap(), elapsed()), (2, 20));
    });
}

// case: FF-22
#[test]
fn a_sibling_that_waits_for_a_permit_is_cancelled_and_the_error_is_the_original() {
    run(async {
        let permits = Semaphore::new(1);
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                let _permit = permits.acquire().await.unwrap();
                after(10, Err::<(), _>("original")).await
            });
            s.spawn(async {
                let _permit = permits.acquire().await.map_err(|_| "closed")?;
                Ok(())
            });
            Ok(())
        });
        assert_eq!(failures(ended.await), ["child 0: original"]);
        assert_eq!(permits.available_permits(), 1);
    });
}

// case: FF-23
#[test]
fn the_failure_that_cancelled_is_before_those_that_came_of_the_cancellation() {
    run(async {
        let ended = || {
            scope_local(async |s: S<'_>| {
                s.spawn_with(async |s| {
                    s.cancelled().await;
                    Err::<(), _>("cancelled")
                });
                s.spawn(after(10, Err::<(), _>("err1")));
                Ok(())
            })
            .grace(ms(10))
        };
        assert_eq!(failures(ended().await), ["child 1: err1", "child 0: cancelled"]);
        assert_eq!(ended().first().await, Err("err1"));
    });
}

// case: FF-24
#[test]
fn a_scope_that_collects_lets_the_others_end() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(after(0, Err::<(), _>("err1")));
            s.spawn(after(10, Ok(())));
            Ok(())
        });
        assert_eq!(failures(ended.on_failure(OnFailure::Collect).await), ["child 0: err1"]);
        assert_eq!(elapsed(), 10);
    });
}

// case: FF-25
#[test]
fn if_the_first_fails_at_once_the_second_never_starts() {
    let children = [Probe::ready(Err::<(), Why>("Failed")), Probe::pending()];
    let second = children[1].controller();
    let mut whole = Stepper::new(scope_local(async |s: S<'_>| {
        for child in children {
            s.spawn(child);
        }
        Ok(())
    }));
    let Poll::Ready(ended) = whole.step() else { panic!("it has failed") };
    assert_eq!(failures(ended), ["child 0: Failed"]);
    assert_eq!((second.polls(), second.drops()), (0, 1));
}

// case: FF-30
// anyio tells the body the child's error, and the scope fails with it all the same; asyncio tells
// it of a cancellation. Here whoever wants to handle the failure says so when it spawns.
#[test]
fn a_body_that_handles_a_childs_error_owns_it_and_the_scope_does_not_fail() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let child = s.spawn_owned(after(10, Err::<u32, _>("e")));
            assert!(matches!(child.await, Outcome::Completed(Err("e"))));
            Ok(s.is_cancelled())
        });
        assert!(!ended.await.unwrap());
    });
}

// case: FF-31
// case: FF-32
#[test]
fn after_a_handled_failure_another_child_recovers_and_an_unhandled_one_cancels_the_rest() {
    run(async {
        for recovers in [true, false] {
            let ended = scope_local(async |s: S<'_>| {
                let child = s.spawn_owned(after(10, Err::<u32, _>("Boom")));
                let rest = s.spawn(after(1000, Ok(())));
                let outcome = child.await.ok().unwrap();
                if !recovers {
                    outcome?;
                }
                rest.cancel("not needed");
                Ok(s.spawn(after(10, Ok(3))).await)
            });
            let ended = ended.first().await;
            assert_eq!(ended, if recovers { Ok(3) } else { Err("Boom") });
        }
        assert_eq!(elapsed(), 30);
    });
}
