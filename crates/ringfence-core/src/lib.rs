//! Structured concurrency without a runtime.
//!
//! Several futures at once, inside the task that awaits them: no executor, no spawning, no
//! `'static`. A verb's future owns its children, and is ready only when none of them runs any
//! more. Applications use it through [`ringfence`](https://docs.rs/ringfence), which adds the
//! runtimes; libraries may depend on either.
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
//! *Futures* are [`Members`]: a tuple of up to twelve of any types, an array, a `Vec` or any
//! iterator; a tuple gives a tuple, an array an array, the others a `Vec`. [`wait()`] takes
//! anything that is `IntoIterator`.
//!
//! What verbs return is a named future, with more to say before it is awaited:
//!
//! | method | on | means |
//! |---|---|---|
//! | `.limit(n)` | all of [`Members`] | at most `n` children at a time; the next is not even made before there is a place |
//! | `.timeout(d)`, `.deadline(t)` | all but `as_completed` | `Err(`[`Elapsed`]`)` when the time is up, the children dropped first; `settle` says who was cancelled, `wait` what is done |
//! | [`.on(&runtime)`](Verb::on) | all of [`Members`], [`wait()`] | the children are tasks of that runtime, in parallel, and nothing else changes; they are `Send`, and borrow nothing |
//! | [`.sharded(n)`](Verb::sharded) | those with `.on`, but tuples and [`wait()`] | the children share `n` tasks, for many that take little time each |
//! | `.named("…")` | verbs that end by themselves: `gather`, `try_gather`, `settle`, `race`, `race_ok`, `quorum`, `hedge` | shown by [`Elapsed`] |
//!
//! Who runs in a scope, and what each waits for, says [`Scope::snapshot`]; as it happens, an
//! [observer](mod@observe) is told.
//!
//! # Promises
//!
//! 1. **No child outlives its parent's await.** When a verb resolves, every child has ended or been
//!    dropped, on whichever thread, or is handed back to you ([`wait()`]).
//! 2. **Nothing is lost silently.** Each output is delivered, or dropped where the verb says so; a
//!    panic is resumed, the first of several, or is an [`Outcome`].
//! 3. **No panic leaves a zombie.** The other children are still driven or dropped, exactly once.
//! 4. **Dropping is cancelling.** A future or set that is dropped drops its children at once and in
//!    place. Only a child that is inside a poll on a thread of a runtime is dropped there, when that
//!    poll ends; none begins after the drop.
//! 5. **Nothing runs behind your back.** No task, no thread, no executor; except one thread for
//!    timers, that of `futures-timer`, where something waits for time and no runtime is in force.
//!
//! What each verb does in each case is in the project's
//! [semantics](https://github.com/ringfence-rs/ringfence/blob/main/docs/semantics.md), rule by
//! rule.
//!
//! # Examples
//!
//! ```
//! use ringfence_core::{block_on, try_gather};
//! use std::{num::ParseIntError, time::Duration};
//!
//! async fn parse(text: &str) -> Result<u64, ParseIntError> {
//!     text.parse()
//! }
//!
//! let texts = vec!["1".to_string(), "2".to_string(), "39".to_string()];
//! let sum = block_on(async {
//!     // Children borrow what is theirs to borrow; two run at a time.
//!     let numbers = try_gather(texts.iter().map(|text| parse(text)))
//!         .limit(2)
//!         .timeout(Duration::from_secs(5))
//!         .await??;
//!     Ok::<u64, Box<dyn std::error::Error>>(numbers.iter().sum())
//! });
//! assert_eq!(sum.unwrap(), 42);
//! ```
//!
//! In a scope, work starts more work:
//!
//! ```
//! use ringfence_core::{block_on, scope};
//!
//! let words = ["whatever is started inside", "stays inside"];
//! let letters = block_on(scope(async |s| -> Result<usize, String> {
//!     let mut handles = Vec::new();
//!     for line in &words {
//!         // A child borrows what is outside of the body, and may start siblings.
//!         handles.push(s.spawn_with(async move |s| {
//!             let first = s.spawn(async { line.split(' ').next().ok_or("empty".to_string()) });
//!             Ok(first.await.len())
//!         }));
//!     }
//!     let mut letters = 0;
//!     for handle in handles {
//!         letters += handle.await;
//!     }
//!     Ok(letters)
//! }));
//! assert_eq!(letters.unwrap(), 13);
//! ```
//!
//! # Features
//!
//! `std`, on by default, is the only one. Without it the crate is `no_std` and needs `alloc`:
//!
//! | | with `std` | without |
//! |---|---|---|
//! | verbs, sets, scopes, tokens, outcomes, `rt::Spawn`, `rt::SpawnLocal` | yes | yes |
//! | deadlines, grace, shields, observers, the token in force | yes | no |
//! | time, `block_on`, the runtime in force, remote children | yes | no |
//! | a child's panic | caught, the others are dropped first | goes through at once; the others are dropped with the future |
//! | a deep [`ErrorGroup`] | dropped without recursion | takes stack for each level |
//!
//! With `panic = "abort"` a panic ends the process, as everywhere.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

mod as_completed;
pub mod cancel;
pub mod concurrent;
mod engine;
mod gather;
#[cfg(feature = "std")]
mod hedge;
mod join_set;
mod limiter;
mod memory;
#[cfg(feature = "std")]
pub mod observe;
mod outcome;
#[cfg(feature = "std")]
mod parallel;
mod quorum;
mod race;
#[cfg(feature = "std")]
mod remote;
pub mod rt;
mod scope;
#[cfg(feature = "std")]
pub mod supervise;
#[allow(dead_code, unused_imports, reason = "a door is whole, whatever goes through it")]
mod sync;
#[cfg(feature = "std")]
pub mod time;
mod wait;

pub use as_completed::{AsCompleted, as_completed};
#[doc(inline)]
pub use cancel::CancelToken;
#[doc(inline)]
pub use concurrent::StreamExt;
pub use engine::{
    limit::{IntoLimit, Limit},
    members::Members,
    verb::Verb,
};
pub use gather::{Gather, Settle, TryGather, gather, settle, try_gather};
#[cfg(feature = "std")]
pub use hedge::{Hedge, hedge};
pub use join_set::{DynJoinSet, JoinSet, Key, Next};
pub use limiter::{Acquire, Limiter, Permit};
pub use outcome::{
    Cancelled, Cause, ChildId, Elapsed, ErrorGroup, Failure, Failures, Label, Leaves, Name,
    Outcome, Panic, Reason, ScopeError, TimeLimit, Unfinished,
};
#[cfg(feature = "std")]
pub use parallel::IntoShards;
pub use quorum::{Quorum, quorum};
pub use race::{Race, RaceOk, race, race_ok};
#[cfg(feature = "std")]
pub use remote::{Remote, RemoteOutcome, blocking, remote};
#[cfg(feature = "std")]
#[doc(inline)]
pub use rt::block_on;
pub use scope::{
    ChildBuilder, ChildOutput, First, Handle, HandleOutcome, Local, LocalScope, Mode, NotStarted,
    OnFailure, OwnedHandle, PanicPolicy, Scope, Scoped, Shared, SpawnError, Start, Started, scope,
    scope_local,
};
#[cfg(feature = "std")]
pub use scope::{ScopeWith, ScopedWith, SendBody, Shield, scope_with};
#[cfg(feature = "std")]
#[doc(inline)]
pub use supervise::supervise;
#[cfg(feature = "std")]
#[doc(inline)]
pub use time::{
    Interval, MissedTick, Sleep, Timeout, interval, sleep, sleep_until, timeout, timeout_at,
};
pub use wait::{Wait, WaitFor, Waited, until, wait};
