//! Who is told what happens in a scope.

use super::{ObservedChild, ObservedScope};
use crate::outcome::{Panic, Reason};
use alloc::sync::Arc;
use std::time::Instant;

/// Is told what happens in a scope, and in all that are opened inside of it.
///
/// Every method does nothing unless it is overridden. `at` is an instant of the timer that was in
/// force where the scope was first polled.
///
/// # Order
///
/// Of a scope: `opened`, then what happens to its children, then `closed`. Of a child: `spawned`,
/// then polls that begin and end, then `ended`. The body is a child too, and is the first that is
/// spawned. All of this is told by whoever polls or drops the scope's future. `woken` is told where
/// the wake happens, and `child_cancelled` where a handle cancels, on any thread. No lock is held
/// meanwhile: an observer may spawn, cancel, wake, and take snapshots.
///
/// # Panics
///
/// An observer that panics is told nothing any more, by no scope; the scopes and the other
/// observers go on. The panic hook has reported it, and [`Snapshot::faults`](super::Snapshot)
/// says so.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, observe::{End, ObservedChild, Observer}, scope};
/// use std::{sync::{Arc, Mutex}, time::Instant};
///
/// /// Notes who has failed.
/// #[derive(Clone, Default)]
/// struct Failures(Arc<Mutex<Vec<String>>>);
///
/// impl Observer for Failures {
///     fn ended(&self, child: &ObservedChild, end: End<'_>, _at: Instant) {
///         if let End::Failed = end {
///             self.0.lock().unwrap().push(child.path());
///         }
///     }
/// }
///
/// let failures = Failures::default();
/// let failed = block_on(
///     scope(async |s| {
///         s.child().named("mirror").spawn(async { Err::<(), _>("refused") });
///         Ok(())
///     })
///     .observe(failures.clone()),
/// );
/// assert!(failed.is_err());
/// assert_eq!(*failures.0.lock().unwrap(), ["mirror"]);
/// ```
#[expect(unused_variables, reason = "the names are for who overrides a method")]
pub trait Observer: Send + Sync {
    /// A scope was polled for the first time.
    fn opened(&self, scope: &ObservedScope, at: Instant) {}

    /// A child has come in: its scope has taken notice of it, and will poll it.
    fn spawned(&self, child: &ObservedChild, at: Instant) {}

    /// A child has to wait for a place, by the limit of its scope.
    fn queued(&self, child: &ObservedChild, at: Instant) {}

    /// A child that had to wait for a place has one, and will be polled.
    fn admitted(&self, child: &ObservedChild, at: Instant) {}

    /// A poll of a child begins.
    fn poll_begins(&self, child: &ObservedChild, at: Instant) {}

    /// A poll of a child has ended, by a panic too.
    fn poll_ends(&self, child: &ObservedChild, at: Instant) {}

    /// A child is being woken, and has not ended.
    ///
    /// It runs inside the wake, under whatever lock whoever wakes may hold. The time is not told,
    /// since a clock might take such a lock: [`ObservedScope::now`] reads it where that is no worry.
    fn woken(&self, child: &ObservedChild) {}

    /// A handle has asked for the end of a child.
    fn child_cancelled(&self, child: &ObservedChild, reason: &Reason, at: Instant) {}

    /// Everything in a scope is asked to end.
    fn cancelled(&self, scope: &ObservedScope, reason: &Reason, at: Instant) {}

    /// A child has ended, and was dropped.
    fn ended(&self, child: &ObservedChild, end: End<'_>, at: Instant) {}

    /// A scope has ended: nothing of it runs any more.
    fn closed(&self, scope: &ObservedScope, at: Instant) {}
}

/// Is told nothing: for snapshots alone.
impl Observer for () {}

/// For who wants to look at the observer, too.
impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn opened(&self, scope: &ObservedScope, at: Instant) {
        (**self).opened(scope, at);
    }

    fn spawned(&self, child: &ObservedChild, at: Instant) {
        (**self).spawned(child, at);
    }

    fn queued(&self, child: &ObservedChild, at: Instant) {
        (**self).queued(child, at);
    }

    fn admitted(&self, child: &ObservedChild, at: Instant) {
        (**self).admitted(child, at);
    }

    fn poll_begins(&self, child: &ObservedChild, at: Instant) {
        (**self).poll_begins(child, at);
    }

    fn poll_ends(&self, child: &ObservedChild, at: Instant) {
        (**self).poll_ends(child, at);
    }

    fn woken(&self, child: &ObservedChild) {
        (**self).woken(child);
    }

    fn child_cancelled(&self, child: &ObservedChild, reason: &Reason, at: Instant) {
        (**self).child_cancelled(child, reason, at);
    }

    fn cancelled(&self, scope: &ObservedScope, reason: &Reason, at: Instant) {
        (**self).cancelled(scope, reason, at);
    }

    fn ended(&self, child: &ObservedChild, end: End<'_>, at: Instant) {
        (**self).ended(child, end, at);
    }

    fn closed(&self, scope: &ObservedScope, at: Instant) {
        (**self).closed(scope, at);
    }
}

/// How a child of an observed scope has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum End<'a> {
    /// It has returned.
    Completed,
    /// It has returned an `Err`.
    Failed,
    /// It has panicked.
    Panicked(&'a Panic),
    /// It was dropped before its end, or its runtime has lost it.
    Cancelled(&'a Reason),
}
