//! What is different without the feature `std`, seen from a program that has it.
#![cfg(not(feature = "std"))]

use ringfence_core::{JoinSet, LocalScope, gather, scope_local};
use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Counts its drop.
struct Counted<'a>(&'a Cell<u32>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// A child that panics in its first poll, or is pending for ever.
async fn child(drops: &Cell<u32>, panics: bool) {
    let _counted = Counted(drops);
    assert!(!panics, "a child panics");
    poll_fn(|_| Poll::<()>::Pending).await;
}

// rule: panic-no-std
#[test]
fn a_childs_panic_goes_through_and_all_are_dropped_with_the_future() {
    let drops = &Cell::new(0);
    let mut cx = Context::from_waker(Waker::noop());
    let poll = catch_unwind(AssertUnwindSafe(|| {
        let mut all = pin!(gather((0..5).map(|n| child(drops, n == 2))));
        let panicked = catch_unwind(AssertUnwindSafe(|| all.as_mut().poll(&mut cx).is_ready()));
        assert!(panicked.is_err());
        // The one that panicked is gone, and nobody else was dropped for it.
        assert_eq!(drops.get(), 1);
    }));
    assert!(poll.is_ok());
    // The two that were never polled had nothing to drop.
    assert_eq!(drops.get(), 3);

    drops.set(0);
    let mut set: JoinSet<_> = (0..5).map(|n| child(drops, n == 2)).collect();
    assert!(catch_unwind(AssertUnwindSafe(|| set.poll_next(&mut cx).is_ready())).is_err());
    drop(set);
    assert_eq!(drops.get(), 3);
}

// rule: scope-failure
#[test]
fn a_scope_in_which_a_child_fails_drops_the_others_at_once_since_there_is_no_grace() {
    let drops = &Cell::new(0);
    let mut whole = pin!(scope_local(async |s: LocalScope<'_, &str>| -> Result<(), &str> {
        s.spawn(child(drops, false));
        s.spawn(async { Err::<(), _>("failed") });
        pending().await
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(whole.as_mut().poll(&mut cx).is_ready());
    assert_eq!(drops.get(), 1);
}
