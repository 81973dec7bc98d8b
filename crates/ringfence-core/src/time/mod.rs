//! Waiting for time to pass, by the timer in force.
//!
//! [`sleep`] and [`interval`] ask the runtime in force when they are first polled, so that the
//! same code sleeps by tokio's clock inside tokio, by a virtual clock in a test, and by a thread
//! of its own where no runtime is in force. The order is that of [`rt::current`](crate::rt::current).

mod deadline;
mod in_force;
mod interval;
mod sleep;
mod timeout;

pub(crate) use deadline::Deadline;
pub use in_force::in_force;
pub(crate) use in_force::{Until, only_until, until};
pub use interval::{Interval, MissedTick, Tick, interval};
pub use sleep::{Sleep, sleep, sleep_until};
pub(crate) use timeout::{Expired, Expiry};
pub use timeout::{Timeout, timeout, timeout_at};
