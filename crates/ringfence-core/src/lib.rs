//! Structured concurrency without a runtime.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

mod outcome;
#[cfg(feature = "std")]
pub mod rt;
#[allow(dead_code, unused_imports, reason = "a door is whole, whatever goes through it")]
mod sync;

pub use outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Failures, Label, Leaves, Name,
    Outcome, Panic, Reason, ScopeError, TimeLimit, Unfinished,
};
