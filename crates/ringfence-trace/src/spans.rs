//! The observer that makes spans of `tracing`.

use ringfence_core::{
    ChildId, Reason,
    observe::{End, ObservedChild, ObservedScope, Observer, ScopeId},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tracing::{Span, field::Empty};

/// An observer that makes a span of each scope and of each child, for subscribers of `tracing`.
///
/// A child's span is inside of its scope's, that of a scope inside of the child's in which it was
/// opened, or of the span that is current where there is none. While a child is polled, its span is
/// entered: what it logs is in there. Target is `ringfence`.
///
/// | level | span or event | fields |
/// |---|---|---|
/// | info | span `scope` | `name`, `location` |
/// | info | span `child` | `label`, `location`, and at the end `end`, with the reason |
/// | info | event `cancelled` of a scope, `asked to end` of a child | `reason` |
/// | trace | event `woken` of a child | |
///
/// # Cost
///
/// What the subscriber does with it, and a lock for each event. What has ended leaves nothing behind.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
/// use ringfence_trace::Spans;
/// use std::convert::Infallible;
///
/// let whole = scope(async |s| -> Result<_, Infallible> {
///     let child = s.child().named("mirror").spawn(async {
///         // Inside the span `child`, whose label is `child 0 (mirror)`.
///         tracing::info!("connected");
///         Ok(1)
///     });
///     Ok(child.await)
/// });
/// assert_eq!(block_on(whole.observe(Spans::new())).unwrap(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Spans {
    scopes: Mutex<HashMap<ScopeId, Arc<Span>>>,
    children: Mutex<HashMap<(ScopeId, ChildId), Arc<Span>>>,
}

impl Spans {
    /// Makes an observer that has made no span.
    pub fn new() -> Self {
        Self::default()
    }

    /// The span of a child that has not ended.
    fn of(&self, child: &ObservedChild) -> Option<Arc<Span>> {
        of(&self.children, &(child.scope().id(), child.id()))
    }
}

/// The span is counted by us: to clone it is foreign code, and not for under a lock.
fn of<K: Eq + std::hash::Hash>(spans: &Mutex<HashMap<K, Arc<Span>>>, key: &K) -> Option<Arc<Span>> {
    spans.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

fn put<K: Eq + std::hash::Hash>(spans: &Mutex<HashMap<K, Arc<Span>>>, key: K, span: Span) {
    let span = Arc::new(span);
    let _before = spans.lock().unwrap_or_else(PoisonError::into_inner).insert(key, span);
}

fn take<K: Eq + std::hash::Hash>(
    spans: &Mutex<HashMap<K, Arc<Span>>>,
    key: &K,
) -> Option<Arc<Span>> {
    spans.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
}

impl Observer for Spans {
    fn opened(&self, scope: &ObservedScope, _at: Instant) {
        let parent = scope.parent().and_then(|parent| self.of(parent));
        let current = Span::current();
        let span = tracing::info_span!(
            target: "ringfence", parent: parent.as_deref().unwrap_or(&current), "scope",
            name = scope.name(), location = %scope.location(),
        );
        put(&self.scopes, scope.id(), span);
    }

    fn spawned(&self, child: &ObservedChild, _at: Instant) {
        let Some(scope) = of(&self.scopes, &child.scope().id()) else { return };
        let span = tracing::info_span!(
            target: "ringfence", parent: &*scope, "child",
            label = %child.label(), location = %child.location(), end = Empty,
        );
        put(&self.children, (child.scope().id(), child.id()), span);
    }

    fn poll_begins(&self, child: &ObservedChild, _at: Instant) {
        if let Some(span) = self.of(child) {
            span.with_subscriber(|(id, subscriber)| subscriber.enter(id));
        }
    }

    fn poll_ends(&self, child: &ObservedChild, _at: Instant) {
        if let Some(span) = self.of(child) {
            span.with_subscriber(|(id, subscriber)| subscriber.exit(id));
        }
    }

    fn woken(&self, child: &ObservedChild) {
        if let Some(span) = self.of(child) {
            tracing::trace!(target: "ringfence", parent: &*span, "woken");
        }
    }

    fn child_cancelled(&self, child: &ObservedChild, reason: &Reason, _at: Instant) {
        if let Some(span) = self.of(child) {
            tracing::info!(target: "ringfence", parent: &*span, %reason, "asked to end");
        }
    }

    fn cancelled(&self, scope: &ObservedScope, reason: &Reason, _at: Instant) {
        if let Some(span) = of(&self.scopes, &scope.id()) {
            tracing::info!(target: "ringfence", parent: &*span, %reason, "cancelled");
        }
    }

    fn ended(&self, child: &ObservedChild, end: End<'_>, _at: Instant) {
        if let Some(span) = take(&self.children, &(child.scope().id(), child.id())) {
            match end {
                End::Completed => span.record("end", "completed"),
                End::Panicked(panic) => span.record("end", tracing::field::display(panic)),
                End::Cancelled(reason) => {
                    span.record("end", tracing::field::display(format_args!("cancelled: {reason}")))
                }
                _ => span.record("end", "failed"),
            };
        }
    }

    fn closed(&self, scope: &ObservedScope, _at: Instant) {
        drop(take(&self.scopes, &scope.id()));
    }
}
