//! A runtime on one thread whose every step follows from a seed.

mod blocked;
mod clock;
mod rng;
mod run;
mod runtime;
mod sleep;
mod tasks;
mod time;

pub use blocked::{AllBlocked, wait_all_blocked};
pub use clock::Clock;
pub use run::{explore, run};
pub use runtime::TestRuntime;
