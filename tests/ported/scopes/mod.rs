//! The rows that need a scope.
//!
//! Where a source's child cleans up after its cancellation, ours is in its grace, since what is
//! dropped runs no more code.

mod cancelled;
mod daemons;
mod deadlines;
mod delivery;
mod errors;
mod failing;
mod groups;
mod handles;
mod kinship;
mod misuse;
mod panics;
mod recovering;
mod shields;
mod spawning;
mod starts;
mod supervisors;
mod timeouts;
mod trees;

use ringfence_core::{Failure, LocalScope, ScopeError};
use std::fmt::Debug;

/// What scopes here fail with.
type Why = &'static str;
/// A scope as bodies here see it: children log, and so need not be `Send`.
type S<'env> = LocalScope<'env, Why>;

/// The failures of a scope that has failed, in their order.
#[track_caller]
fn failures<T: Debug>(ended: Result<T, ScopeError<Why>>) -> Vec<String> {
    let group = ended.expect_err("it has failed").into_group().expect("by failures");
    group.iter().map(Failure::to_string).collect()
}

/// Why a scope was cancelled.
#[track_caller]
fn cancelled<T: Debug>(ended: Result<T, ScopeError<Why>>) -> String {
    match ended.expect_err("it was cancelled") {
        ScopeError::Cancelled(cancelled) => cancelled.to_string(),
        other => panic!("not cancelled: {other}"),
    }
}
