//! Which deadline is in force.

use core::{cell::Cell, marker::PhantomData};
use std::time::Instant;

std::thread_local! {
    /// The earliest deadline of what is being polled on this thread.
    static IN_FORCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Returns the deadline in force: the earliest of those around what is being polled here.
///
/// Those are the deadlines of scopes, of [`timeout`](crate::timeout), and of the `.timeout` of
/// verbs; inside of a [shield](crate::Scope::shield), that of the shield and what is in it. It is an
/// instant of the timer in force. None if there is none.
///
/// A child on a runtime has that of where it was begun, on whichever thread it is polled.
///
/// # Cost
///
/// A look at a thread-local.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, time, timeout};
/// use std::time::Duration;
///
/// assert_eq!(time::in_force(), None);
/// let limits = block_on(timeout(Duration::from_secs(5), async {
///     let outer = time::in_force();
///     timeout(Duration::from_secs(60), async move { (outer, time::in_force()) }).await
/// }));
/// let (outer, inner) = limits.unwrap().unwrap();
/// assert!(outer.is_some());
/// assert_eq!(outer, inner);
/// ```
#[inline]
pub fn in_force() -> Option<Instant> {
    // A thread that is being torn down polls nothing.
    IN_FORCE.try_with(Cell::get).unwrap_or(None)
}

/// Puts a deadline in force on this thread until the guard is dropped, if it is earlier than the one
/// that is, or there is none.
///
/// Guards are dropped in reverse order: each restores what was in force before it.
pub(crate) fn until(deadline: Option<Instant>) -> Until {
    let before = in_force();
    if deadline.is_some() {
        set(deadline.into_iter().chain(before).min());
    }
    Until { before, thread: PhantomData }
}

/// As `until`, also if it is later than the one that is.
#[inline]
pub(crate) fn only_until(deadline: Option<Instant>) -> Until {
    let before = in_force();
    set(deadline);
    Until { before, thread: PhantomData }
}

/// Restores the deadline that was in force before, as [`until`] returns it.
#[derive(Debug)]
#[must_use = "a deadline is in force while the guard lives"]
pub(crate) struct Until {
    before: Option<Instant>,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Drop for Until {
    #[inline]
    fn drop(&mut self) {
        set(self.before);
    }
}

#[inline]
fn set(deadline: Option<Instant>) {
    let _ = IN_FORCE.try_with(|in_force| in_force.set(deadline));
}
