//! Structured concurrency on any runtime.
//!
//! Several futures at once, with one promise: whatever is started inside, stays inside. A verb's
//! future owns its children, and is ready only when none of them runs any more. A library written
//! with it names no runtime; its users run it on tokio, smol, async-std, or on none.
//!
//! # Choosing a verb
//!
//! | you have | and want | verb |
//! |---|---|---|
//! | futures | every output, in the order given | [`gather()`] |
//! | futures of `Result` | every value in order, or the first error, the rest cancelled | [`try_gather`] |
//! | futures | how each one ended, in order | [`settle`] |
//! | futures | the first to end, the rest cancelled | [`race()`] |
//! | futures of `Result` | the first `Ok`, or every error in order | [`race_ok`] |
//! | futures of `Result` | the first *k* `Ok`s, or the errors once *k* is out of reach | [`quorum()`] |
//! | attempts, made one by one | another when one is slow or has failed; the first `Ok` wins | [`hedge()`] |
//! | futures | each output as it comes, with its place | [`as_completed()`] |
//! | futures | what is done at a condition or after a time; the rest goes on | [`wait()`] |
//! | a set that I keep | each outcome as it comes; to add and to remove | [`JoinSet`], [`DynJoinSet`] |
//! | a set that I keep | what is done at a condition or after a time | [`JoinSet::wait`] |
//! | a stream of items | a child of each, so many at a time; they go on while I consume | [`StreamExt::concurrent`] |
//! | work that starts more work, or borrows my locals | a nursery: all of it has ended when it returns | [`scope()`], [`scope_local`] |
//! | functions that make children | each started again when it has ended | [`supervise()`] |
//! | one future | a limit in time | [`timeout`], [`timeout_at`] |
//! | one future, or what blocks | it in parallel, on a runtime; in any of the above | [`remote()`], [`blocking`] |
//!
//! The page of [`ringfence_core`], which all of these are from, tells what verbs take, what more
//! can be said of them, and what they promise.
//!
//! # Examples
//!
//! ```
//! use ringfence::{block_on, race_ok, sleep};
//! use std::time::Duration;
//!
//! /// In a library: no runtime in sight. The mirrors that lose are dropped before this returns.
//! async fn fastest(mirrors: &[(&'static str, u64)]) -> Result<&'static str, Vec<String>> {
//!     race_ok(mirrors.iter().map(async |&(mirror, nanos)| {
//!         sleep(Duration::from_nanos(nanos)).await;
//!         if mirror == "b" { Err(format!("{mirror} is down")) } else { Ok(mirror) }
//!     }))
//!     .await
//! }
//!
//! assert_eq!(block_on(fastest(&[("a", u64::MAX), ("b", 1), ("c", 2)])), Ok("c"));
//! assert_eq!(block_on(fastest(&[("b", 1)])), Err(vec!["b is down".to_string()]));
//! ```
//!
//! # Runtimes
//!
//! Children run inside the parent's task and need no runtime. What waits for time, or asks for it,
//! has the runtime in force. One that is named as an argument needs no asking; otherwise it is the
//! first of these, as [`rt::current`] finds it:
//!
//! 1. the one given to the innermost [`rt::with_runtime`] around the code;
//! 2. the one that the code runs inside, if its feature is on and it can tell;
//! 3. the one given to [`rt::set_default`];
//! 4. for timers, else, the embedded one: one thread for the process, that of `futures-timer`; for
//!    all else, [`NoRuntime`](rt::NoRuntime), which says what would help.
//!
//! An executor of your own is a runtime by an adapter of three lines. This one spawns only; timers
//! and jobs are a trait each, and [`rt::Runtime`] shows all.
//!
//! ```
//! use ringfence::rt::{Refused, Spawn, Task};
//!
//! struct Private(smol::Executor<'static>);
//!
//! impl Spawn for Private {
//!     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
//!         self.0.spawn(task).detach(); // to drop its handle would cancel the task
//!         Ok(())
//!     }
//! }
//!
//! let private = Private(smol::Executor::new());
//! let (send, receive) = std::sync::mpsc::channel();
//! private.spawn(Task::new(async move { send.send(1).unwrap() })).unwrap();
//! assert!(private.0.try_tick());
//! assert_eq!(receive.try_recv(), Ok(1));
//! ```
//!
//! # Features
//!
//! | feature | adds | detected |
//! |---|---|---|
//! | `std`, on by default | time, [`block_on`], the runtime in force, catching of panics | – |
//! | `tokio` | `Tokio`, `TokioLocal`, `TokioHere` | inside a tokio runtime |
//! | `async-std` | `AsyncStd` | inside an async-std task |
//! | `smol` | `Smol`, `SmolExecutor`, `SmolLocal` | never: smol cannot tell; name it with `rt::with_runtime` or `rt::set_default` |
//! | `futures` | `interop`: spawners of the `futures` crates as ours, and back | – |
//! | `hyper` | `interop`: executors of hyper as ours, and back; timers for hyper | – |
//!
//! Features only add: two dependents may enable different runtimes in one program. None makes a
//! runtime a fallback for code that runs outside of it.
//!
//! Detection needs no call. With a feature that detects, this crate registers its question with
//! the core before `main` runs (see `ctor`); registering stores a pointer and does nothing else.
//! Where that cannot be, as in a WebAssembly host that runs no constructors, call
//! `Tokio::install()` or `AsyncStd::install()`.
//!
//! Without `std` the crate is `no_std` and needs `alloc`: verbs, sets and outcomes are there, time
//! is not, and panics are not caught.
#![cfg_attr(not(feature = "std"), no_std)]
// Denied rather than forbidden for the one macro of `ctor` in `detect.rs`, which allows itself what
// it needs; nothing here is unsafe.
#![deny(unsafe_code)]

#[cfg(any(feature = "tokio", feature = "async-std"))]
mod detect;
#[cfg(any(feature = "futures", feature = "hyper"))]
pub mod interop;

#[cfg(feature = "async-std")]
#[doc(inline)]
pub use ringfence_async_std::AsyncStd;
#[doc(inline)]
pub use ringfence_core::*;
#[cfg(feature = "smol")]
#[doc(inline)]
pub use ringfence_smol::{Smol, SmolExecutor, SmolLocal};
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use ringfence_tokio::{Tokio, TokioHere, TokioLocal};
