//! Who looks on at a scope.

use super::Scoped;
use crate::{
    observe::{Observer, Onlooker},
    scope::mode::Mode,
};
use alloc::sync::Arc;

impl<B, T, E, M: Mode> Scoped<'_, B, T, E, M> {
    /// Tells `observer` what happens in the scope, and in all scopes that are opened inside of it;
    /// and keeps a record of their children, for [`Scope::snapshot`](crate::Scope::snapshot).
    ///
    /// It may be said several times, for several observers: they are told in this order, those of
    /// a scope around it first. The observer `()` is for the record alone. An observer that panics
    /// is told nothing any more, and the scope goes on.
    ///
    /// # Cost
    ///
    /// Ten allocations for the scope in all, and four for each child; for each poll two looks at the
    /// clock, and what the observers do. A scope without an observer pays for none of it.
    ///
    /// # Semantics
    ///
    /// As trio's instruments, but for a scope and what is below it rather than for the whole run.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, observe::{ObservedChild, Observer}, scope, sleep};
    /// use std::{convert::Infallible, sync::{Arc, Mutex}, time::{Duration, Instant}};
    ///
    /// /// Notes who was polled.
    /// #[derive(Clone, Default)]
    /// struct Polls(Arc<Mutex<Vec<String>>>);
    ///
    /// impl Observer for Polls {
    ///     fn poll_begins(&self, child: &ObservedChild, _at: Instant) {
    ///         self.0.lock().unwrap().push(child.label().to_string());
    ///     }
    /// }
    ///
    /// let polls = Polls::default();
    /// let done = block_on(
    ///     scope(async |s| -> Result<(), Infallible> {
    ///         s.spawn(sleep(Duration::from_millis(1)));
    ///         Ok(())
    ///     })
    ///     .observe(polls.clone()),
    /// );
    /// assert!(done.is_ok());
    /// assert_eq!(*polls.0.lock().unwrap(), ["body", "child 0", "child 0"]);
    /// ```
    pub fn observe(mut self, observer: impl Observer + 'static) -> Self {
        self.said.get_or_insert_default().observers.push(Arc::new(Onlooker::new(observer)));
        self
    }
}
