//! What the library asks of a runtime, and which runtime is in force.
//!
//! A runtime is asked for as little as possible: to run a task to its end, to run a blocking job,
//! to tell the time and to wait for it. Results, panics, cancellation and the order of all these
//! are the library's own, so that they are the same on every runtime.

mod blocking;
mod spawn;
mod timer;

pub use blocking::{Job, SpawnBlocking};
pub use spawn::{LocalTask, Refused, Spawn, SpawnLocal, Task, Why};
pub use timer::{Sleeping, Timer};

/// A runtime that can do all: run tasks, run blocking jobs, and tell the time.
///
/// Implemented for whatever implements the three parts.
pub trait Runtime: Spawn + SpawnBlocking + Timer + 'static {}

impl<R: Spawn + SpawnBlocking + Timer + 'static> Runtime for R {}
