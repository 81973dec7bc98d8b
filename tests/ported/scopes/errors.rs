//! Area EG: groups in groups, and what of a cancellation is in none.

use crate::scene::{after, elapsed, ms, run};
use ringfence_core::{ErrorGroup, LocalScope, ScopeError, scope_local, sleep};
use std::future::pending;

/// An error, or the failures of a scope in a child.
#[derive(Debug)]
enum Nested {
    Leaf(&'static str),
    /// In a box, since a group has its first failure in place.
    Group(Box<ErrorGroup<Nested>>),
    Cancelled,
}

type S<'env> = LocalScope<'env, Nested>;

impl From<ScopeError<Nested>> for Nested {
    fn from(error: ScopeError<Nested>) -> Self {
        match error {
            ScopeError::Failed(group) => Self::Group(Box::new(group)),
            _ => Self::Cancelled,
        }
    }
}

/// The shape of a group, with its leaves in their order.
fn shape(group: &ErrorGroup<Nested>) -> String {
    let parts = group.iter().map(|failure| match failure.error() {
        Some(Nested::Leaf(leaf)) => (*leaf).to_owned(),
        Some(Nested::Group(group)) => shape(group),
        Some(Nested::Cancelled) => "cancelled".to_owned(),
        None => "panic".to_owned(),
    });
    format!("[{}]", parts.collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn failed<T: std::fmt::Debug>(ended: Result<T, ScopeError<Nested>>) -> String {
    shape(&ended.expect_err("it has failed").into_group().expect("by failures"))
}

// case: EG-02
// rule: scope-nested-errors
#[test]
fn the_group_of_a_scope_in_a_child_is_one_failure_of_the_scope_outside() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                let inner = scope_local(async |s: S<'_>| {
                    s.spawn(after(100, Err::<(), _>(Nested::Leaf("ValueError"))));
                    Ok(())
                });
                Ok(inner.await?)
            });
            s.spawn(after(10_000, Err::<(), _>(Nested::Leaf("late"))));
            Ok(())
        });
        assert_eq!((failed(ended.await), elapsed()), ("[[ValueError]]".to_owned(), 100));
    });
}

// case: EG-06
// case: EG-08
#[test]
fn whoever_was_cancelled_is_in_no_group_however_deep() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), _> {
            s.spawn(async {
                let inner = scope_local(async |s: S<'_>| -> Result<(), _> {
                    for _ in 0..2 {
                        s.spawn(pending::<Result<(), Nested>>());
                    }
                    s.spawn(after(10, Err::<(), _>(Nested::Leaf("KeyError"))));
                    pending().await
                });
                Ok(inner.await?)
            });
            s.spawn(pending::<Result<(), Nested>>());
            pending().await
        });
        assert_eq!(failed(ended.await), "[[KeyError]]");
    });
}

// case: EG-09
#[test]
fn many_cancelled_children_are_one_plain_cancellation_and_no_group() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), _> {
            for _ in 0..3 {
                s.spawn(pending::<Result<(), Nested>>());
            }
            sleep(ms(10)).await;
            s.cancel("outside");
            pending().await
        });
        let error = ended.await.unwrap_err();
        assert!(matches!(error, ScopeError::Cancelled(_)), "{error:?}");
    });
}

// case: EG-10
// The source tells the parent's error before the child's group, since it sorts by level; here they
// are told as they came.
#[test]
fn parent_and_child_both_fail_in_their_cleanup_and_cancellations_are_left_out() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), _> {
            s.spawn(async {
                let inner = scope_local(async |s: S<'_>| -> Result<(), _> {
                    s.spawn(pending::<Result<(), Nested>>());
                    s.spawn_with(async |s| {
                        s.cancelled().await;
                        sleep(ms(5)).await;
                        Err::<(), _>(Nested::Leaf("child"))
                    });
                    pending().await
                });
                Ok(inner.grace(ms(20)).await?)
            });
            sleep(ms(10)).await;
            s.cancel("both");
            Err(Nested::Leaf("parent"))
        });
        assert_eq!(failed(ended.grace(ms(50)).await), "[parent [child]]");
        assert_eq!(elapsed(), 30, "the inner body does not look at its token");
    });
}

// case: FF-18
// rule: scope-nested-errors
#[test]
fn failures_of_nested_scopes_are_nested_as_the_scopes_were() {
    run(async {
        let ended = scope_local(async |s: S<'_>| -> Result<(), _> {
            s.spawn(async {
                let middle = scope_local(async |s: S<'_>| -> Result<(), _> {
                    s.spawn(async {
                        let inner = scope_local(async |s: S<'_>| -> Result<(), _> {
                            s.cancelled().await;
                            Err(Nested::Leaf("C"))
                        });
                        Ok(inner.grace(ms(10)).await?)
                    });
                    s.cancelled().await;
                    Err(Nested::Leaf("B"))
                });
                Ok(middle.grace(ms(10)).await?)
            });
            sleep(ms(10)).await;
            Err(Nested::Leaf("A"))
        });
        assert_eq!(failed(ended.grace(ms(10)).await), "[A [B [C]]]");
    });
}
