//! The nursery.

mod grace;
mod owned;
mod shapes;

use std::{future::Future, time::Duration};

#[derive(Debug, PartialEq)]
struct Failed(&'static str);

/// Runs a future on the deterministic runtime.
fn run<F: Future>(future: F) -> F::Output {
    ringfence_test::run(1, future)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
