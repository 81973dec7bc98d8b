//! A runtime on one thread whose every step follows from a seed.

mod blocked;
mod choices;
mod clock;
mod drive;
mod explore;
mod here;
mod ports;
mod rng;
mod run;
mod runtime;
mod sleep;
mod tasks;
mod time;

pub use blocked::{AllBlocked, wait_all_blocked};
pub use clock::Clock;
pub use explore::{Exhausted, exhaust, explore, explore_seeds, run_schedule};
pub use run::run;
pub use runtime::TestRuntime;
