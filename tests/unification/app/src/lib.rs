//! One program with three runtimes, and two dependents that enable a feature each.
//!
//! `dependent_a` enables tokio, `dependent_b` smol, and this crate async-std. In one build all share
//! one `ringfence` with all three features, and each must work in each runtime, and be told the
//! truth about where it is. With one feature less, whatever was found in another runtime is still
//! found: `cargo xtask unification` runs the tests with each subset.
#![forbid(unsafe_code)]

use ringfence::rt::NoRuntime;
use std::{pin::Pin, time::Duration};

/// What can be asked of a dependent.
#[derive(Clone, Copy, Debug)]
pub struct Dependent {
    /// Who it is.
    pub name: &'static str,
    /// Returns the name of a thread of the runtime that it finds in force.
    pub thread_in_force: fn() -> Result<String, NoRuntime>,
    /// Sleeps by the timer that it finds in force, and returns how long.
    pub slept: fn(Duration) -> Pin<Box<dyn Future<Output = Duration> + Send>>,
}

/// The dependents in this build.
pub const DEPENDENTS: &[Dependent] = &[
    #[cfg(feature = "a")]
    Dependent {
        name: "a, which enables tokio",
        thread_in_force: dependent_a::thread_in_force,
        slept: |duration| Box::pin(dependent_a::slept(duration)),
    },
    #[cfg(feature = "b")]
    Dependent {
        name: "b, which enables smol",
        thread_in_force: dependent_b::thread_in_force,
        slept: |duration| Box::pin(dependent_b::slept(duration)),
    },
];
