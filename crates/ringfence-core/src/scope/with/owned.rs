//! What a scope owns, and children on other threads borrow.
//!
//! Whoever borrows from the frame of a future must be gone when that future is dropped, and
//! nothing can be made to hold by a destructor: it may be skipped, by `mem::forget`. So what
//! parallel children borrow is not in a frame. It is in an allocation of its own, which each of
//! them keeps alive for as long as it has its borrow.

use crate::sync::UnsafeCell;
// Not loom's, which cannot forget the type of what it holds.
use alloc::{
    boxed::Box,
    sync::{Arc, Weak},
};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

/// The allocation.
///
/// # Invariants
///
/// I13. What is in `value` is reached by the one reference that [`lend`](Owned::lend) has made, and
///      by what was made of that, each of which has a count of the allocation beside it, and is
///      dropped before that count.
pub(super) struct Owned<Env> {
    value: UnsafeCell<Env>,
}

/// A count of the allocation, which says nothing of what is in it.
pub(super) type Keep = Arc<dyn Kept>;

/// The allocation as a handle of the scope knows it, which does not keep it alive: who uses the
/// handle does.
pub(super) type Known = Weak<dyn Kept>;

/// Anything.
pub(super) trait Kept: Send + Sync {}

impl<Env: Send> Kept for Owned<Env> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U13")]
// SAFETY: `&Owned` reaches nothing but by `lend`, which is called once: the value is sent to whoever
// has that reference or a part of it, and not shared.
unsafe impl<Env: Send> Sync for Owned<Env> {}

impl<Env: Send + 'static> Owned<Env> {
    /// Allocates `env`, and lends it.
    ///
    /// # Safety
    ///
    /// The reference is good for as long as the allocation, however long the type says: it, and
    /// all that is made of it, is given to those only who have a count of the allocation, and drop
    /// it after that.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U13")]
    pub(super) unsafe fn lend(env: Env) -> (Arc<Self>, &'static mut Env) {
        let owned = Arc::new(Self { value: UnsafeCell::new(env) });
        // SAFETY: there is no other reference to it yet, nor will there be (I13), and the caller
        // sees to the rest.
        let lent = owned.value.with_mut(|value| unsafe { &mut *value });
        (owned, lent)
    }

    /// Takes the value back, once nobody borrows it any more.
    pub(super) fn take_back(self: Arc<Self>) -> Option<Env> {
        Some(Arc::into_inner(self)?.value.into_inner())
    }
}

/// A child that borrows for a scope, and keeps alive what it borrows.
pub(super) struct Borrowing<O> {
    // Dropped first.
    future: Pin<Box<dyn Future<Output = O> + Send>>,
    _keep: Keep,
}

impl<O> Borrowing<O> {
    /// Forgets for how long `future` may borrow.
    ///
    /// # Safety
    ///
    /// What it borrows lives as long as `keep`, or for ever.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U13")]
    pub(super) unsafe fn new<'scope>(
        future: impl Future<Output = O> + Send + 'scope,
        keep: Keep,
    ) -> Self {
        let future: Pin<Box<dyn Future<Output = O> + Send + 'scope>> = Box::pin(future);
        // SAFETY: the two types differ in a lifetime only. What is borrowed for that lives until
        // `keep` is dropped, says the caller, which is after the future was (I13).
        let future = unsafe {
            mem::transmute::<
                Pin<Box<dyn Future<Output = O> + Send + 'scope>>,
                Pin<Box<dyn Future<Output = O> + Send>>,
            >(future)
        };
        Self { future, _keep: keep }
    }
}

impl<O> Future for Borrowing<O> {
    type Output = O;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        self.future.as_mut().poll(cx)
    }
}
