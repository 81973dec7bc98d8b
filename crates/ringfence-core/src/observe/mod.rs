//! Looking on: who runs in a scope, what each waits for, and what happens to them.
//!
//! An [`Observer`] is attached to a scope by [`Scoped::observe`](crate::Scoped::observe), and to all
//! scopes that are opened inside of it, on whichever thread. It is told what happens, as it
//! happens. Besides, such a scope keeps a record of its children, of which
//! [`Scope::snapshot`](crate::Scope::snapshot) is a copy; the observer `()` is told nothing, and is
//! for that record alone.
//!
//! A scope that nobody observes pays for none of this but a look at a pointer where a child is
//! polled or dropped.
//!
//! # Examples
//!
//! ```
//! use ringfence_core::{block_on, scope, sleep};
//! use std::{convert::Infallible, time::Duration};
//!
//! let tree = block_on(
//!     scope(async |s| -> Result<String, Infallible> {
//!         s.child().named("mirror").spawn(sleep(Duration::from_millis(5)));
//!         sleep(Duration::from_millis(1)).await;
//!         Ok(s.snapshot().tree().to_string())
//!     })
//!     .named("download")
//!     .observe(()),
//! );
//! let tree = tree.unwrap();
//! assert!(tree.starts_with("download: open"));
//! assert!(tree.contains("child 0 (mirror): waiting"));
//! ```

mod child;
mod crowd;
mod observer;
mod scope;
mod snapshot;
mod tree;

pub(crate) use child::Origin;
pub use child::{Ancestors, ObservedChild};
pub(crate) use crowd::Onlooker;
pub use observer::{End, Observer};
pub use scope::{ObservedScope, ScopeId};
pub use snapshot::{ChildSnapshot, Phase, Snapshot, State, Statistics};
pub use tree::Tree;

use crate::cancel;

/// Returns the observed child that is being polled here, the innermost one.
///
/// None outside of scopes that are observed. It is for code that is far from whoever opened the
/// scope, such as a logger: the child knows its [path](ObservedChild::path), and who is
/// [above](ObservedChild::ancestors) it.
///
/// # Cost
///
/// A look at a thread-local, and two locks that are free but for who looks on.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, observe, scope};
/// use std::convert::Infallible;
///
/// assert!(observe::current().is_none());
/// let path = block_on(
///     scope(async |s| -> Result<_, Infallible> {
///         let child = s.child().named("mirror").spawn(async {
///             Ok(observe::current().map(|child| child.path()))
///         });
///         Ok(child.await)
///     })
///     .named("download")
///     .observe(()),
/// );
/// assert_eq!(path.unwrap().unwrap(), "download/mirror");
/// ```
pub fn current() -> Option<ObservedChild> {
    cancel::in_force()?.observed()
}
