//! Area FF: who is cancelled by a failure, and which failures are told.

use super::{S, Why, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{ScopeError, scope_local, sleep};
use std::future::{pending, ready};

// case: FF-01
#[test]
fn the_first_failure_cancels_the_sibling_and_what_comes_after_the_scope_is_not_reached() {
    let log = Log::default();
    run(async {
        let whole = async {
            scope_local(async |s: S<'_>| {
                s.spawn(after(100, Err::<(), _>("A")));
                s.spawn(async {
                    let _local = log.local("B");
                    after(1000, ()).await;
                    log.note("B ran on");
                });
                Ok(())
            })
            .await?;
            log.note("after the scope");
            Ok::<(), ScopeError<Why>>(())
        };
        assert_eq!(failures(whole.await), ["child 0: A"]);
        assert_eq!((log.take().join(", "), elapsed()), ("drop B".to_owned(), 100));
    });
}

// case: FF-02
// rule: scope-errors-late
#[test]
fn failures_at_the_same_instant_are_all_told_if_there_is_a_grace_and_else_the_first() {
    for (grace, told) in [(0, 1), (100, 3)] {
        let log = Log::default();
        run(async {
            let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
                for _ in 0..3 {
                    s.spawn(after(10, Err::<(), _>("E")));
                }
                s.spawn_with(async |s| {
                    s.cancelled().await;
                    log.note("sleeper");
                });
                s.cancelled().await;
                log.note("body");
                pending().await
            });
            let failures = failures(ended.grace(ms(grace)).await);
            assert_eq!(failures, ["child 0: E", "child 1: E", "child 2: E"][..told]);
            assert_eq!(log.take().len(), if grace == 0 { 0 } else { 2 });
        });
    }
}

// case: FF-04
// rule: scope-failure
#[test]
fn a_child_that_fails_interrupts_a_body_that_sleeps_for_ever() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn(after(10, Err::<(), _>("child")));
            pending().await
        });
        assert_eq!((failures(ended.await), elapsed()), (vec!["child 0: child".to_owned()], 10));
    });
}

// case: FF-05
// case: FF-07
#[test]
fn a_child_and_the_bodys_cleanup_both_fail_and_both_are_told_as_they_came() {
    run(async {
        let outer = scope_local(async |outer: S<'_>| {
            let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
                s.spawn(after(10, Err::<(), _>("child")));
                s.cancelled().await;
                sleep(ms(5)).await;
                Err("cleanup")
            });
            let failures = failures(ended.grace(ms(100)).await);
            assert_eq!(failures, ["child 0: child", "body: cleanup"]);
            Ok(outer.is_cancelled())
        });
        assert_eq!((outer.await.unwrap(), elapsed()), (false, 15));
    });
}

// case: FF-08
#[test]
fn a_childs_cleanup_may_fail_after_the_body() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn_with(async |s| {
                s.cancelled().await;
                Err::<(), _>("cleanup")
            });
            after(10, Err("body")).await
        });
        assert_eq!(failures(ended.grace(ms(100)).await), ["body: body", "child 0: cleanup"]);
    });
}

// case: FF-10
#[test]
fn a_body_that_fails_leaves_its_caller_uncancelled() {
    run(async {
        let outer = scope_local(async |s: S<'_>| {
            let ended = scope_local(async |_: S<'_>| Err::<(), _>("body"));
            assert_eq!(failures(ended.await), ["body: body"]);
            sleep(ms(10)).await;
            Ok(s.is_cancelled())
        });
        assert_eq!((outer.await.unwrap(), elapsed()), (false, 10));
    });
}

// case: FF-11
#[test]
fn whichever_is_awaited_first_the_other_is_gone_before_the_failure_is_told() {
    for awaited_first in [0, 1] {
        let log = Log::default();
        run(async {
            let ended = scope_local(async |s: S<'_>| {
                let one = s.spawn(after(10, Err::<u32, _>("one")));
                let two = s.spawn(async {
                    let _local = log.local("two");
                    after(1000, Ok(2)).await
                });
                let [a, b] = if awaited_first == 0 { [one, two] } else { [two, one] };
                Ok(a.await + b.await)
            });
            assert_eq!(failures(ended.await), ["child 0: one"]);
            assert_eq!((log.take(), elapsed()), (vec!["drop two".to_owned()], 10));
        });
    }
}

// case: FF-14
#[test]
fn what_a_grandchild_fails_with_when_it_is_asked_to_end_is_told() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            s.spawn_with(async |s| {
                s.spawn_with(async |s| {
                    s.cancelled().await;
                    Err::<(), _>("AE")
                });
            });
            sleep(ms(10)).await;
            s.cancel("root");
            pending().await
        });
        assert_eq!(failures(ended.grace(ms(10)).await), ["child 1: AE"]);
    });
}

// case: FF-15
// case: FF-16
// rule: scope-errors
#[test]
fn failures_are_told_as_they_came_and_the_bodys_is_one_of_them() {
    for body_too in [false, true] {
        run(async {
            let ended = scope_local(async |s: S<'_>| {
                for error in ["AE", "IOE", "IAE"] {
                    s.spawn(ready(Err::<(), _>(error)));
                }
                if !body_too {
                    return Ok(());
                }
                s.cancelled().await;
                Err("body")
            });
            let failures = failures(ended.grace(ms(10)).await);
            let all = ["child 0: AE", "child 1: IOE", "child 2: IAE", "body: body"];
            assert_eq!(failures, all[..3 + usize::from(body_too)]);
        });
    }
}

// case: FF-17
#[test]
fn an_error_from_four_levels_down_arrives_as_it_was_if_each_level_asks_for_one() {
    run(async {
        let level = |inner: std::pin::Pin<Box<dyn Future<Output = Result<(), Why>>>>| {
            Box::pin(
                scope_local(async |s: S<'_>| {
                    s.spawn(inner).await;
                    Ok(())
                })
                .first(),
            )
        };
        let deep = Box::pin(after(10, Err::<(), _>("deep")));
        let whole = level(Box::pin(level(Box::pin(level(Box::pin(level(deep)))))));
        assert_eq!(whole.await, Err("deep"));
    });
}

// case: FF-19
// rule: handle-outcome
#[test]
fn a_failure_is_told_once_although_its_handle_knows_of_it_too() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), Why> {
            let handle = s.spawn(after(10, Err::<(), _>("e")));
            let outcome = handle.outcome().await;
            assert!(outcome.is_cancelled(), "not the failure, which is the scope's");
            pending().await
        });
        assert_eq!(failures(ended.grace(ms(10)).await), ["child 0: e"]);
    });
}
