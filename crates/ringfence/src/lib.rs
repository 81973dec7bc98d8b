//! Structured concurrency on any runtime.
//!
//! # Runtimes
//!
//! Children run inside the parent's task and need no runtime. Where one is needed, for children
//! that run in parallel and for timers, it is the one in force, as [`rt::current`] finds it.
//!
//! | feature | adds | detected |
//! |---|---|---|
//! | `tokio` | `Tokio` | inside a tokio runtime |
//! | `async-std` | `AsyncStd` | inside an async-std task |
//! | `smol` | `Smol` | never: smol cannot tell; name it with `rt::with_runtime` or `rt::set_default` |
//! | `futures` | `interop` | – |
//!
//! Features only add: two dependents may enable different runtimes in one program. None makes a
//! runtime a fallback for code that runs outside of it.
//!
//! Detection needs no call. With a feature that detects, this crate registers its question with
//! the core before `main` runs (see `ctor`); registering stores a pointer and does nothing else.
//! Where that cannot be, as in a WebAssembly host that runs no constructors, call
//! `Tokio::install()` or `AsyncStd::install()`.
#![cfg_attr(not(feature = "std"), no_std)]
// Denied rather than forbidden for the one macro of `ctor` in `detect.rs`, which allows itself what
// it needs; nothing here is unsafe.
#![deny(unsafe_code)]

#[cfg(any(feature = "tokio", feature = "async-std"))]
mod detect;
#[cfg(feature = "futures")]
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
pub use ringfence_tokio::{Tokio, TokioLocal};
