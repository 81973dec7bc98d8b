//! Area CX: how a cancellation spreads, and where it stops.

use super::{S, Why, cancelled, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{CancelToken, Reason, scope_local, sleep};
use std::{cell::RefCell, future::pending, pin::pin};
use tokio::sync::oneshot;

// case: CX-05
// rule: scope-errors-first
#[test]
fn a_child_that_fails_while_the_body_cleans_up_is_told_and_not_the_cancellation() {
    run(async {
        let token = CancelToken::new();
        let whole = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(after(300, Err::<(), _>("child")));
            s.cancelled().await;
            sleep(ms(500)).await;
            pending().await
        });
        let cancels = async {
            sleep(ms(100)).await;
            token.cancel("outside");
        };
        let whole = whole.under(&token).grace(ms(600));
        let (ended, ()) = ringfence_core::gather((whole, cancels)).await;
        assert_eq!((failures(ended), elapsed()), (vec!["child 0: child".to_owned()], 700));
    });
}

// case: CX-06
// rule: scope-cancel
#[test]
fn a_scope_without_children_is_cancelled_plainly() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.cancel("outside");
            pending().await
        });
        assert_eq!(cancelled(ended.await), "cancelled: outside");
    });
}

// case: CX-11
// In CPython the exit of a scope that cancelled itself is no error. Here there is a value to be
// returned: it is, if the body has one; without one the error says so and names the reason.
// rule: scope-value
#[test]
fn a_scope_that_cancels_itself_ends_with_its_bodys_value_if_there_is_one() {
    run(async {
        for from_child in [false, true] {
            let mut outside = None;
            let ended = scope_local(async |s: S<'_>| {
                outside = Some(s.clone());
                s.spawn(pending::<()>());
                if from_child {
                    s.spawn_with(async |s| s.cancel("child"));
                } else {
                    s.cancel("body");
                    s.cancel("again");
                }
                Ok(1)
            });
            assert_eq!(ended.await.unwrap(), 1);
            let outside = outside.unwrap();
            outside.cancel("after the end");
            let reason = if from_child { "child" } else { "body" };
            assert_eq!(outside.token().reason(), Some(Reason::from(reason)));
        }
    });
}

// case: CX-13
// case: CX-19
#[test]
fn an_inner_scope_that_is_cancelled_from_outside_goes_on_waiting_for_its_children() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(async {
                let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                    s.spawn_with(async |s| {
                        s.cancelled().await;
                        sleep(ms(50)).await;
                        log.note("cleaned up");
                    });
                    Ok(())
                });
                assert!(inner.grace(ms(100)).await.is_ok());
                log.note("inner");
            });
            sleep(ms(10)).await;
            s.cancel("outer");
            Ok(())
        });
        assert!(ended.grace(ms(100)).await.is_ok());
        assert_eq!((log.take().join(", "), elapsed()), ("cleaned up, inner".to_owned(), 60));
    });
}

// case: CX-14
#[test]
fn of_two_scopes_side_by_side_one_is_cancelled_alone() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let first = s.spawn(async {
                let first = scope_local(async |s: S<'_>| {
                    let children = [1, 2, 3, 4, 5].map(|n| s.spawn(after(10 * n, Ok(n))));
                    let mut sum = 0;
                    for child in children {
                        sum += child.await;
                    }
                    Ok(sum)
                });
                first.first().await
            });
            let second = scope_local(async |s: S<'_>| -> Result<(), Why> {
                s.spawn(pending::<()>());
                s.cancel("only this");
                pending().await
            });
            assert_eq!(cancelled(second.await), "cancelled: only this");
            assert!(!s.is_cancelled());
            Ok(first.await)
        });
        assert_eq!(ended.await.unwrap(), 15);
    });
}

// case: CX-16
#[test]
fn children_that_do_not_look_at_their_cancellation_deliver_within_the_grace() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let children = [s.spawn(after(10, Ok(1))), s.spawn(after(20, Ok(2)))];
            sleep(ms(1)).await;
            s.cancel("ignored");
            let [a, b] = children;
            Ok((a.await, b.await))
        });
        assert_eq!((ended.grace(ms(100)).await.unwrap(), elapsed()), ((1, 2), 20));
    });
}

// case: CX-18
#[test]
fn the_cancellation_of_a_child_stops_there_and_its_failure_does_not() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(pending::<()>()).cancel("child");
            sleep(ms(10)).await;
            assert!(!s.is_cancelled());
            s.spawn(async { Err::<(), _>("real") });
            pending().await
        });
        assert_eq!((failures(ended.await), elapsed()), (vec!["child 1: real".to_owned()], 10));
    });
}

// case: CX-20
#[test]
fn to_cancel_a_scope_whose_children_have_ended_is_no_failure() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            let value = s.spawn(after(10, Ok(1))).await;
            s.cancel("late");
            Ok(value)
        });
        assert_eq!(ended.await.unwrap(), 1);
    });
}

// case: CX-21
#[test]
fn children_are_cancelled_while_the_body_is_behind_a_shield() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                let _local = log.local("child");
                pending::<()>().await;
            });
            s.spawn_with(async |s| {
                sleep(ms(10)).await;
                s.cancel("outside");
            });
            s.shield(ms(100), async {
                sleep(ms(50)).await;
                log.note("shielded");
            })
            .await;
            Ok(1)
        });
        // The shield is up until the body has ended or waits for something else.
        assert_eq!((ended.await.unwrap(), elapsed()), (1, 50));
        assert_eq!(log.take(), ["drop child", "shielded"]);
    });
}

// case: CX-24
// case: CX-25
#[test]
fn whoever_is_cancelled_sees_why_also_from_deep_below_and_the_first_reason_stays() {
    for how in ["explicit", "deadline", "sibling"] {
        let seen = RefCell::new(Vec::new());
        run(async {
            let look = async |s: S<'_>| {
                let reason = s.cancelled().await.into_reason();
                seen.borrow_mut().push(reason);
            };
            let whole = scope_local(async |s: S<'_>| -> Result<(), Why> {
                s.spawn_with(look);
                s.spawn(async {
                    let inner = scope_local(async |s: S<'_>| -> Result<(), Why> {
                        s.spawn_with(look);
                        Ok(())
                    });
                    drop(inner.grace(ms(10)).await);
                });
                sleep(ms(5)).await;
                match how {
                    "explicit" => s.cancel("why not"),
                    "sibling" => drop(s.spawn(async { Err::<(), _>("e") })),
                    _ => {}
                }
                s.cancelled().await;
                s.cancel("another");
                Ok(())
            });
            drop(whole.timeout(ms(6)).grace(ms(10)).await);
        });
        let reason = match how {
            "explicit" => Reason::from("why not"),
            "sibling" => Reason::SiblingFailed,
            _ => Reason::Deadline,
        };
        assert_eq!(seen.into_inner(), [reason.clone(), reason]);
    }
}

// case: CX-27
#[test]
fn a_value_that_is_there_is_not_taken_back_by_a_cancellation_that_comes_after_it() {
    run(async {
        let (sends, receives) = oneshot::channel();
        let ended = scope_local(async |s: S<'_>| {
            s.spawn_with(async |s| {
                sleep(ms(10)).await;
                sends.send(7).unwrap();
                s.cancel("right after");
            });
            let mut receives = pin!(receives);
            s.cancelled().await;
            receives.as_mut().await.map_err(|_| "lost")
        });
        assert_eq!(ended.grace(ms(1)).await.unwrap(), 7);
    });
}
