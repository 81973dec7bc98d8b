//! Structured concurrency without a runtime.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

#[allow(dead_code, unused_imports, reason = "the verbs that use it come next")]
mod engine;
#[allow(dead_code, unused_imports, reason = "the verbs that end this way come with the engine")]
mod outcome;
pub mod rt;
#[allow(dead_code, unused_imports, reason = "a door is whole, whatever goes through it")]
mod sync;
#[cfg(feature = "std")]
pub mod time;

pub use outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Failures, Label, Leaves, Name,
    Outcome, Panic, Reason, ScopeError, TimeLimit, Unfinished,
};
#[cfg(feature = "std")]
#[doc(inline)]
pub use rt::block_on;
#[cfg(feature = "std")]
#[doc(inline)]
pub use time::{Interval, MissedTick, Sleep, interval, sleep, sleep_until};
