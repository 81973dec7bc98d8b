//! How a child ends: with a value, by a panic, or cancelled; and what a parent makes of it.

mod cancelled;
mod child;
mod elapsed;
mod error_group;
mod failure;
#[expect(clippy::module_inception, reason = "the file of `Outcome`, in the folder of its family")]
mod outcome;
mod panic;
mod scope_error;
mod unseen;

pub use cancelled::{Cancelled, Reason};
pub use child::{ChildId, Label, Name};
pub use elapsed::{Elapsed, TimeLimit};
pub use error_group::{ErrorGroup, Failures, Leaves};
pub use failure::{Cause, Failure};
pub use outcome::{Outcome, Unfinished};
#[cfg(feature = "std")]
pub(crate) use panic::Hook;
pub use panic::Panic;
pub(crate) use panic::{abort, catch, drop_each, keep_first, swallow};
pub use scope_error::ScopeError;
pub(crate) use unseen::Unseen;
