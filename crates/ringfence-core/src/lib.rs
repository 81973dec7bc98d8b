//! Structured concurrency without a runtime.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

pub mod rt;
#[cfg(feature = "std")]
pub mod time;

#[cfg(feature = "std")]
#[doc(inline)]
pub use rt::block_on;
#[cfg(feature = "std")]
#[doc(inline)]
pub use time::{Interval, MissedTick, Sleep, interval, sleep, sleep_until};
