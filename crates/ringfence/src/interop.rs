//! What other crates ask of a runtime, from one of ours; and runtimes of ours, from theirs.
//!
//! | theirs | from ours | as ours | feature |
//! |---|---|---|---|
//! | `futures::task::Spawn`, `LocalSpawn` | `ToFutures` | `FromFutures` | `futures` |
//! | `hyper::rt::Executor` | `ToHyper`, `ToHyperLocal` | `FromHyper` | `hyper` |
//! | `hyper::rt::Timer` | `ToHyper` | – | `hyper` |

#[cfg(feature = "futures")]
mod futures;
#[cfg(feature = "hyper")]
mod hyper;

#[cfg(feature = "futures")]
pub use futures::{FromFutures, ToFutures};
#[cfg(feature = "hyper")]
pub use hyper::{FromHyper, ToHyper, ToHyperLocal};
