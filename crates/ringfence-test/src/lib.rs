//! Deterministic tests of concurrent code.
//!
//! Concurrent code is tested well when a test decides what happens next, and badly when it sleeps
//! and hopes. This crate has what such a test needs:
//!
//! | you have | and want | use |
//! |---|---|---|
//! | async code | to run it with a virtual clock, in an order that follows from a seed | [`run`] |
//! | a bug that needs the right order | to try many orders, or all of them | [`explore`], [`exhaust`] |
//! | code that needs a runtime | one that never sleeps, and reports deadlocks | [`TestRuntime`], [`Clock`] |
//! | two tasks that meet | to wait until all others wait | [`wait_all_blocked`] |
//! | code that drives futures | a child that does as it is told, and tells what was done to it | [`Probe`] |
//! | several futures | what came before what | [`Trace`] |
//! | a future | to poll it step by step, and to see what wakes it | [`Stepper`], [`poll_once`] |
//! | code that keeps wakers | to count wakes, and the wakers still held | [`CountingWaker`] |
//! | code that calls wakers | a waker that panics, or that runs code of yours | [`HookedWaker`], [`panicking_waker`] |
//! | code that moves values | to know that each was dropped exactly once, and when | [`Tally`] |
//!
//! A [`TestRuntime`] is a [`Runtime`](ringfence_core::rt::Runtime) of ringfence, for tasks that are
//! not `Send`, too: children on a runtime run as deterministically on it as those in place. The
//! others are bound to nothing: a [`Probe`] is a future like any other, and the wakers are those of
//! [`std::task`].
//!
//! A small library of a user's, with tests by all of these, is in
//! [`tests/stranger`](https://github.com/ringfence-rs/ringfence/tree/main/tests/stranger).
//!
//! # When a test fails
//!
//! What repeats the run is printed: the seed for [`run`], or the schedule for [`run_schedule`]. A
//! run in which nobody can go on is a deadlock, and panics with a list of who waits:
//!
//! ```text
//! deadlock at 1s: nothing is ready, and no alarm is set
//!   the future given to `run`, tests/cache.rs:51:5: polled 2 times, nobody holds its waker
//!   task 1 `reader 0`, tests/cache.rs:37:33: polled 1 times, its waker is held once
//! ```
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
