//! Area TG: basics, waiting, results.

use super::{S, Why};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{OnFailure, Reason, SpawnError, scope_local, sleep, timeout};
use ringfence_test::Stepper;
use std::{
    future::{pending, ready},
    pin::pin,
    task::Poll,
};

// case: TG-01
// rule: handle-value
#[test]
fn both_values_are_there_after_the_scope_which_has_waited_for_both() {
    run(async {
        let mut handles = None;
        let ended = scope_local(async |s: S<'_>| {
            handles = Some((s.spawn(after(100, Ok(42))), s.spawn(after(200, Ok(11)))));
            Ok(())
        });
        assert!(ended.await.is_ok());
        let (a, b) = handles.unwrap();
        assert_eq!((a.await, b.await, elapsed()), (42, 11, 200));
    });
}

// case: TG-02
#[test]
fn a_child_that_has_ended_does_not_close_the_scope() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let a = s.spawn(after(100, Ok(42)));
            sleep(ms(150)).await;
            let b = s.spawn(after(50, Ok(11)));
            Ok((a.await, b.await))
        });
        assert_eq!((ended.await.unwrap(), elapsed()), ((42, 11), 200));
    });
}

// case: TG-05
// trio and anyio give other tasks a turn even when a scope was empty. Here what is ready is ready:
// a future says by returning pending that others may run, and it would be woken only for that.
#[test]
fn a_scope_without_children_whose_body_is_ready_is_ready_at_once() {
    let mut whole = Stepper::new(scope_local(|_: S<'_>| ready(Ok(1))));
    assert!(matches!(whole.step(), Poll::Ready(Ok(1))));
}

// case: TG-06
// rule: scope-end
#[test]
fn the_scope_waits_for_children_and_grandchildren_and_the_caller_is_not_cancelled() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn_with(async |s| {
                s.spawn(async {
                    after(20, ()).await;
                    log.note("grandchild");
                });
                after(10, ()).await;
                log.note("child");
            });
            Ok(42)
        });
        assert_eq!(ended.await.unwrap(), 42);
        assert_eq!((log.take().join(", "), elapsed()), ("child, grandchild".to_owned(), 20));
        sleep(ms(10)).await;
        assert_eq!(elapsed(), 30);
    });
}

// case: TG-08
#[test]
fn children_that_nobody_asks_for_a_result_run_to_their_end() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for _ in 0..2 {
                s.spawn_with(async |s| {
                    after(1000, ()).await;
                    log.note(format!("cancelled: {}", s.is_cancelled()));
                });
            }
            Ok("body")
        });
        assert_eq!((ended.await.unwrap(), elapsed()), ("body", 1000));
        assert_eq!(log.take(), ["cancelled: false", "cancelled: false"]);
    });
}

// case: TG-10
// Kotlin says of a job that has completed that it is not cancelled. Here there is one word for
// being over, and the reason says in which way; else whoever waits for the token would wait on.
#[test]
fn a_scope_that_has_ended_is_closed_and_says_so_by_its_tokens_reason() {
    run(async {
        let mut outside = None;
        let ended = scope_local(async |s: S<'_>| {
            outside = Some(s.clone());
            Ok(1)
        });
        assert_eq!(ended.await.unwrap(), 1);
        let outside = outside.unwrap();
        assert_eq!(outside.token().reason(), Some(Reason::Closed));
        assert!(matches!(outside.try_spawn(async {}), Err(SpawnError::Closed(_))));
    });
}

// case: TG-11
#[test]
fn in_a_cancelled_scope_one_that_never_waits_ends_with_its_value() {
    run(async {
        let outer = scope_local(async |s: S<'_>| {
            s.cancel("outside");
            let inner = scope_local(async |s: S<'_>| Ok(s.is_cancelled()));
            Ok(inner.await.unwrap())
        });
        assert!(outer.await.unwrap(), "asked to end, and ended before that took effect");
    });
}

// case: TG-13
// Java lets a join that was interrupted be repeated. Here a scope that is polled by reference goes
// on where it was; its children stand still meanwhile.
// rule: scope-again
#[test]
fn a_wait_for_a_scope_that_is_given_up_may_be_repeated() {
    run(async {
        let mut whole = pin!(scope_local(async |s: S<'_>| Ok(s.spawn(after(100, Ok(7))).await)));
        assert!(timeout(ms(10), whole.as_mut()).await.is_err());
        assert_eq!((whole.await.unwrap(), elapsed()), (7, 100));
    });
}

// case: TG-15
#[test]
fn a_scope_that_collects_returns_the_first_error_if_one_is_asked_for() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for (millis, end) in [(10, Err("e1")), (20, Ok(())), (30, Err("e2"))] {
                s.spawn(after(millis, end));
            }
            Ok(())
        });
        let ended = ended.on_failure(OnFailure::Collect).first().await;
        assert_eq!((ended, elapsed()), (Err("e1"), 30));
    });
}

// case: TG-16
#[test]
fn the_token_is_cancelled_when_the_scope_has_ended_with_its_failure_for_a_reason() {
    run(async {
        for (end, reason) in [(Ok(1), Reason::Closed), (Err("e"), Reason::SiblingFailed)] {
            let mut token = None;
            let ended = scope_local(async |s: S<'_>| -> Result<u32, Why> {
                token = Some(s.token());
                if end.is_err() {
                    s.spawn(after(10, end));
                    return pending().await;
                }
                end
            });
            assert_eq!(ended.await.is_ok(), end.is_ok());
            assert_eq!(token.unwrap().reason(), Some(reason));
        }
    });
}
