//! How a child is asked to end: tokens, and the trees they form.
//!
//! A [`CancelToken`] says that something was asked to end, and why. Whoever runs looks at it, or
//! awaits it; nobody is interrupted. Tokens form trees: to cancel one is to cancel all that were
//! made from it, at once and with the same reason, and nothing above it.
//!
//! ```text
//!   server ─┬─ connection ─┬─ request      connection.cancel("reset by peer")
//!           │              └─ request        reaches the connection and its two requests,
//!           └─ connection                    not the other connection, not the server
//! ```
//!
//! # Examples
//!
//! ```
//! use ringfence_core::CancelToken;
//!
//! let server = CancelToken::new();
//! let (connection, other) = (server.child(), server.child());
//! let request = connection.child();
//!
//! assert!(connection.cancel("reset by peer"));
//! assert!(request.is_cancelled());
//! assert!(!other.is_cancelled() && !server.is_cancelled());
//! ```
//
// # Who locks what
//
// There is one lock per tree, over who is whose child, and one per token, over its reason and its
// waiters. The first is taken to make a child, to drop a token and to cancel; waiting takes only
// the second.
//
// # Invariants
//
// I1. A token that is not cancelled is in its tree while a clone of it is left; one that is
//     cancelled is not. The place of a token of which no clone is left stays only while it joins
//     two or more children to what is above it.
// I2. Tokens are marked under the tree's lock, those below before those above: whoever sees that
//     a token is cancelled finds all below it cancelled, whichever thread is at work on it.
// I3. A token's reason is there before its mark, and never changes.
// I4. A waiter is in the list of its token while it waits. None comes once the reason is there,
//     and the list is taken once: a waiter is woken once at the most.
// I5. The tree's lock is taken before a token's, never after, and no thread has two of a kind.
//     Nothing foreign runs under either: no waker is woken, cloned or dropped, no token dropped.
// I6. What is in force on a thread is in an `Arc`, which whoever has put it there has borrowed until
//     it has put back what was there before.
//
// From I5 follows that there is no deadlock: a thread that has a token's lock waits for nothing,
// and so a thread that has a tree's lock waits only for such.

#[cfg(feature = "std")]
mod current;
pub(crate) mod drain;
mod drop_guard;
mod run_until_cancelled;
mod shared;
mod token;
mod tree;
mod waiters;
mod when_cancelled;

#[cfg(feature = "std")]
pub use current::current;
#[cfg(feature = "std")]
pub(crate) use current::{InForce, Lend, Lender, Owns, in_force, within};
pub use drop_guard::DropGuard;
pub use run_until_cancelled::RunUntilCancelled;
pub use token::CancelToken;
pub use when_cancelled::WhenCancelled;

#[cfg(all(test, ringfence_loom))]
mod models;
#[cfg(all(test, not(ringfence_loom)))]
mod tests;
