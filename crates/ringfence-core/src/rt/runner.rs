//! A remote child as its runtime runs it.

use crate::{memory::counted::Owner, outcome::swallow};
use core::{
    future::Future,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll, Waker, ready},
};

/// What a runtime has of a remote child, whatever that is: a future without a result.
///
/// None once it has ended. If it is dropped before that, the child is lost.
pub(crate) struct Runner(Option<Owner<dyn Run>>);

/// What is run.
pub(crate) trait Run: Send + Sync {
    /// Polls the child. Ready, once there is nothing to poll any more, with who is to be woken.
    ///
    /// # Safety
    ///
    /// `this` is where an owner has this, which is there until this returns.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U34")]
    unsafe fn run(&self, this: NonNull<()>, cx: &mut Context<'_>) -> Poll<Option<Waker>>;

    /// The runtime has dropped its task before that.
    fn lose(&self);
}

impl Runner {
    #[inline]
    pub(crate) fn new(child: Owner<dyn Run>) -> Self {
        Self(Some(child))
    }
}

impl Future for Runner {
    type Output = ();

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U34")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(child) = &self.0 else { return Poll::Ready(()) };
        // SAFETY: this is an owner, and goes after that.
        let waiter = ready!(unsafe { child.run(child.as_raw().cast(), cx) });
        // Before the parent is woken, which has it then: else the two would pass it to and fro.
        self.0 = None;
        wake(waiter);
        Poll::Ready(())
    }
}

impl Drop for Runner {
    #[inline]
    fn drop(&mut self) {
        if let Some(child) = &self.0 {
            child.lose();
        }
    }
}

/// Wakes who waits. A panic of the waker is none of the runtime's business, which is only a guest.
pub(crate) fn wake(waiter: Option<Waker>) {
    if let Some(waiter) = waiter {
        swallow(|| waiter.wake());
    }
}
