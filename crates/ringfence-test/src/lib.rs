//! Deterministic tests of concurrent code.
//!
//! Concurrent code is tested well when a test decides what happens next, and badly when it sleeps
//! and hopes. This crate has what such a test needs:
//!
//! | you have | and want | use |
//! |---|---|---|
//! | async code | to run it with a virtual clock, in an order that follows from a seed | [`run`], [`explore`] |
//! | code that needs a runtime | one that never sleeps, and reports deadlocks | [`TestRuntime`], [`Clock`] |
//! | code that drives futures | a child that does as it is told, and tells what was done to it | [`Probe`] |
//! | a future | to poll it step by step, and to see what wakes it | [`Stepper`], [`poll_once`] |
//! | code that keeps wakers | to count wakes, and the wakers still held | [`CountingWaker`] |
//! | code that calls wakers | a waker that panics, or that runs code of yours | [`HookedWaker`] |
//! | code that moves values | to know that each was dropped exactly once, and when | [`Tally`] |
//!
//! A [`TestRuntime`] is a [`Runtime`](ringfence_core::rt::Runtime) of ringfence. The others are
//! bound to nothing: a [`Probe`] is a future like any other, and the wakers are those of
//! [`std::task`].
//!
//! # Examples
//!
//! ```
//! use ringfence_test::{Probe, Stepper};
//! use std::task::Poll;
//!
//! let child = Probe::pending();
//! let control = child.controller();
//! let mut parent = Stepper::new(async { child.await + 1 });
//!
//! assert!(parent.step().is_pending());
//! control.complete(41);
//! assert!(parent.is_woken());
//! assert_eq!(parent.step(), Poll::Ready(42));
//! control.assert_sound();
//! ```
#![forbid(unsafe_code)]

mod executor;
mod lock;
mod probe;
mod stepper;
mod tally;
mod trace;
mod waker;

pub use executor::{
    AllBlocked, Clock, Exhausted, TestRuntime, exhaust, explore, explore_seeds, run, run_schedule,
    wait_all_blocked,
};
pub use probe::{Controller, Fault, Probe};
pub use stepper::{Stepper, poll_once};
pub use tally::{Counted, Tally};
pub use trace::{Trace, Watched};
pub use waker::{CountingWaker, HookedWaker, panicking_waker};
