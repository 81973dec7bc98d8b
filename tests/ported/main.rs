//! What the test suites of the sources of semantics pin down, one module per area.
//!
//! Each test carries the ID of its row. Time is virtual. Where a source decided otherwise than we
//! did, our outcome is asserted, and the comment names the rejected one.

mod as_completed;
mod backends;
mod fail_fast;
mod gather;
mod hedging;
mod limits;
mod panics;
mod races;
mod restarts;
mod scene;
mod scopes;
mod streams;
mod timeouts;
mod virtual_time;
mod wait;
