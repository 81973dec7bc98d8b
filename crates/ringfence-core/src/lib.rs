//! Structured concurrency without a runtime.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

mod as_completed;
pub mod cancel;
mod engine;
mod gather;
mod join_set;
mod outcome;
mod race;
pub mod rt;
#[allow(dead_code, unused_imports, reason = "a door is whole, whatever goes through it")]
mod sync;
#[cfg(feature = "std")]
pub mod time;
mod wait;

pub use as_completed::{AsCompleted, as_completed};
#[doc(inline)]
pub use cancel::CancelToken;
pub use engine::{limit::IntoLimit, members::Members, verb::Verb};
pub use gather::{Gather, Settle, TryGather, gather, settle, try_gather};
pub use join_set::{DynJoinSet, JoinSet, Key, Next};
pub use outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Failures, Label, Leaves, Name,
    Outcome, Panic, Reason, ScopeError, TimeLimit, Unfinished,
};
pub use race::{Race, RaceOk, race, race_ok};
#[cfg(feature = "std")]
#[doc(inline)]
pub use rt::block_on;
#[cfg(feature = "std")]
#[doc(inline)]
pub use time::{
    Interval, MissedTick, Sleep, Timeout, interval, sleep, sleep_until, timeout, timeout_at,
};
pub use wait::{Wait, WaitFor, Waited, until, wait};
