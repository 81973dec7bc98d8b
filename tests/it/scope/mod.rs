//! The nursery.

mod child_grace;
mod deadlines;
mod depth;
mod dropped;
mod ends;
mod fairness;
mod grace;
mod handles;
mod late_spawns;
mod matrix;
mod order;
mod owned;
mod panics;
mod panics_of_strangers;
mod shapes;
mod shields;
mod with;

use crate::verbs::caught;
use ringfence_core::{Failure, Outcome, PanicPolicy, ScopeError};
use ringfence_test::Stepper;
use std::{future::Future, task::Poll, time::Duration};

#[derive(Debug, PartialEq)]
struct Failed(&'static str);

/// Runs a future on the deterministic runtime.
fn run<F: Future>(future: F) -> F::Output {
    ringfence_test::run(1, future)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What scopes here fail with.
type Why = &'static str;
/// What children here return.
type Output = Result<u32, Why>;

/// What has become of a scope.
#[derive(Debug, PartialEq)]
enum Said<T> {
    Pending,
    Value(T),
    /// Its failures, in their order.
    Failed(Vec<String>),
    Elapsed,
    Cancelled(String),
    /// The message of the panic that goes on.
    Panicked(String),
}

/// Polls a scope once, and tells what it says.
fn step<T, F>(scope: &mut Stepper<F>) -> Said<T>
where
    F: Future<Output = Result<T, ScopeError<Why>>>,
{
    match caught(|| scope.step()) {
        Ok(Poll::Pending) => Said::Pending,
        Ok(Poll::Ready(Ok(value))) => Said::Value(value),
        Ok(Poll::Ready(Err(error))) => said(error),
        Err(message) => Said::Panicked(message),
    }
}

fn said<T>(error: ScopeError<Why>) -> Said<T> {
    match error {
        ScopeError::Failed(group) => Said::Failed(group.iter().map(Failure::to_string).collect()),
        ScopeError::Elapsed(_) => Said::Elapsed,
        ScopeError::Cancelled(cancelled) => Said::Cancelled(cancelled.to_string()),
    }
}

/// Why a child has no value.
fn reason<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    outcome.into_result().unwrap_err().to_string()
}

fn failed<T>(failures: &[&str]) -> Said<T> {
    Said::Failed(failures.iter().map(|failure| (*failure).to_owned()).collect())
}

fn panicked<T>(message: &str) -> Said<T> {
    Said::Panicked(message.to_owned())
}

/// Both policies with which a scope goes on after the panic of a child, and says of it.
const POLICIES: [PanicPolicy; 2] = [PanicPolicy::Resume, PanicPolicy::Collect];
