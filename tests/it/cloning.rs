//! Wakers that do something when they are cloned, as only a hand-written one can.

use std::{
    sync::Arc,
    task::{RawWaker, RawWakerVTable, Waker},
};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, drop_one, |_| {}, drop_one);

/// What is done at each clone.
struct Hook(Box<dyn Fn() + Send + Sync>);

/// A waker that wakes nobody, and calls `hook` whenever it is cloned.
pub(crate) fn waker(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    // SAFETY: each word owns a count of its `Arc`: a clone adds one, a drop gives it up, and who
    // wakes by reference leaves it alone. A hook is `Send` and `Sync`.
    unsafe { Waker::from_raw(raw(Arc::new(Hook(Box::new(hook))))) }
}

fn raw(hook: Arc<Hook>) -> RawWaker {
    RawWaker::new(Arc::into_raw(hook).cast(), &VTABLE)
}

fn clone(word: *const ()) -> RawWaker {
    let word = word.cast::<Hook>();
    // SAFETY: the caller borrows a word, which owns a count.
    unsafe { Arc::increment_strong_count(word) };
    // SAFETY: this is the count that was just added.
    let hook = unsafe { Arc::from_raw(word) };
    (hook.0)();
    raw(hook)
}

/// Waking by value does nothing but give up the waker.
fn drop_one(word: *const ()) {
    // SAFETY: the caller gives up a word, which owns a count.
    drop(unsafe { Arc::from_raw(word.cast::<Hook>()) });
}
