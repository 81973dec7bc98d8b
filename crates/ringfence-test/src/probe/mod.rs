//! A child that does as it is told, and what was done to it.

mod controller;
mod future;
mod record;

pub use controller::Controller;
pub use future::Probe;
pub use record::Fault;
