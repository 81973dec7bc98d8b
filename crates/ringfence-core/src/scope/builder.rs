//! What is said of a child before it is spawned.

use super::{Mode, Scope, Shared, child::Birth};
use crate::outcome::Name;
use core::fmt;

/// A child that is about to be spawned, as [`Scope::child`] returns it.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
///
/// let failed = block_on(scope(async |s| {
///     s.child().named("mirror").spawn(async { Err::<(), _>("refused") });
///     std::future::pending::<Result<(), _>>().await
/// }));
/// assert!(failed.unwrap_err().to_string().contains("mirror"));
/// ```
#[must_use = "a child is spawned by `.spawn(…)`"]
pub struct ChildBuilder<'env, E: 'env, M: Mode = Shared> {
    pub(super) scope: Scope<'env, E, M>,
    pub(super) birth: Birth,
}

impl<E, M: Mode> ChildBuilder<'_, E, M> {
    /// Gives the child a name, to be shown in errors.
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.birth.say_mut().name = Some(name.into());
        self
    }

    /// Makes the child a daemon: the scope does not stay open for it.
    ///
    /// It is cancelled once the body and all other children have ended, the last daemon first. Its
    /// failure is the scope's. [`limit`](crate::Scoped::limit) does not count it.
    pub fn daemon(mut self) -> Self {
        self.scope.door.expect_daemons();
        self.birth.make_daemon();
        self
    }

    /// Lets the child go on for as long as `grace` once the scope has asked it to end, whatever
    /// the [grace](crate::Scoped::grace) of the others.
    ///
    /// It is asked by the scope's token. A handle that cancels the child drops it at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope};
    /// use std::{sync::atomic::{AtomicBool, Ordering}, time::Duration};
    ///
    /// let flushed = AtomicBool::new(false);
    /// let failed = block_on(scope(async |s| -> Result<(), &str> {
    ///     s.child().grace(Duration::from_secs(5)).spawn_with(async |s| {
    ///         s.cancelled().await;
    ///         flushed.store(true, Ordering::Relaxed);
    ///     });
    ///     // This one is dropped at once when the other has failed.
    ///     s.spawn(std::future::pending::<()>());
    ///     s.spawn(async { Err::<(), _>("refused") });
    ///     Ok(())
    /// }));
    /// assert!(failed.is_err());
    /// assert!(flushed.into_inner());
    /// ```
    #[cfg(feature = "std")]
    pub fn grace(mut self, grace: core::time::Duration) -> Self {
        self.birth.say_mut().grace = Some(grace);
        self
    }
}

impl<E, M: Mode> fmt::Debug for ChildBuilder<'_, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildBuilder").field("name", &self.birth.name()).finish_non_exhaustive()
    }
}
