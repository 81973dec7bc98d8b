//! The end of a joint that has the future.

use super::{Joined, ends::Head, stage::Stage};
use crate::outcome::Panic;
use alloc::boxed::Box;
use core::{
    future::Future,
    mem,
    ops::Deref,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll, ready},
};

/// A driver's share of a joint, which it gives up when dropped.
pub(super) struct Share<D: ?Sized + Joined>(pub(super) NonNull<D>);

#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
// SAFETY: it refers to the joint, and may be the last that does.
unsafe impl<D: ?Sized + Joined + Send + Sync> Send for Share<D> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
// SAFETY: as above.
unsafe impl<D: ?Sized + Joined + Send + Sync> Sync for Share<D> {}

impl<D: ?Sized + Joined> Share<D> {
    /// Not by `&D`: once this end has left, the other may free the joint at any moment.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn stage(&self) -> &Stage {
        // SAFETY: I10: this end has not left. It is a joint, which begins with this.
        unsafe { self.0.cast::<Stage>().as_ref() }
    }

    /// What the other end looks at as well.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn shared(&self) -> &D::Shared {
        // SAFETY: as above.
        &unsafe { self.0.cast::<Head<D::Shared>>().as_ref() }.shared
    }

    /// Says the word, and leaves. Gives itself back if there is more to do.
    #[inline]
    fn say_and_leave(self) -> Result<(), Self> {
        if !self.stage().say_and_leave() {
            return Err(self);
        }
        mem::forget(self);
        Ok(())
    }
}

impl<D: ?Sized + Joined> Deref for Share<D> {
    type Target = D;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn deref(&self) -> &D {
        // SAFETY: I10: this end has not left.
        unsafe { self.0.as_ref() }
    }
}

impl<D: ?Sized + Joined> Drop for Share<D> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn drop(&mut self) {
        if self.stage().driver_leaves() {
            // SAFETY: I10: this is the second, and the joint came out of a box.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

/// The end of a joint that has the future: as a future, it tells the end, and then has nothing.
pub(crate) struct Driver<D: ?Sized + Joined>(pub(super) Option<Share<D>>);

impl<D: ?Sized + Joined> Driver<D> {
    /// Returns what the other end looks at as well.
    ///
    /// # Panics
    ///
    /// If the future has ended.
    #[inline]
    pub(crate) fn shared(&self) -> &D::Shared {
        self.0.as_ref().expect(BEFORE).shared()
    }

    /// Tells the panic of the future, which is dropped first.
    ///
    /// # Panics
    ///
    /// If the future has ended.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    pub(crate) fn panicked(mut self, panic: Panic) -> D::End {
        let joint = self.0.take().expect(BEFORE);
        // SAFETY: this is the driver, by value.
        unsafe { joint.panicked(panic) }
    }

    /// Drops the future. If that panics, it is the end of the future, which is returned.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    pub(crate) fn let_go(mut self) -> Option<D::End> {
        let joint = self.0.take()?;
        // SAFETY: this is the driver, by value.
        let panic = unsafe { joint.let_go() }?;
        // SAFETY: as above.
        Some(unsafe { joint.panicked(panic) })
    }
}

/// When a driver is asked.
const BEFORE: &str = "a driver has its future until that ends";

/// The driver has its joint by a pointer.
impl<D: ?Sized + Joined> Unpin for Driver<D> {}

impl<D: ?Sized + Joined> Future for Driver<D> {
    type Output = D::End;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<D::End> {
        let Some(joint) = &self.0 else { return Poll::Pending };
        // SAFETY: this is the driver, by `&mut`.
        let end = ready!(unsafe { joint.poll(cx) });
        Poll::Ready(match self.0.take().map_or(Ok(()), Share::say_and_leave) {
            Ok(()) => end,
            Err(joint) => {
                // It is there still if that panics.
                let joint = self.0.insert(joint);
                // SAFETY: as above.
                let end = unsafe { joint.say(end) };
                self.0 = None;
                end
            }
        })
    }
}

impl<D: ?Sized + Joined> Drop for Driver<D> {
    #[inline]
    fn drop(&mut self) {
        // Only a look, for most: what has just been taken is not moved about.
        if self.0.is_some() {
            drop_early(self);
        }
    }
}

/// Drops a future before its end.
#[cold]
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
fn drop_early<D: ?Sized + Joined>(driver: &mut Driver<D>) {
    let Some(joint) = driver.0.take() else { return };
    // SAFETY: this is the driver, by `&mut`.
    if let Some(panic) = unsafe { joint.let_go() } {
        drop(joint);
        panic.resume_unless_panicking();
    }
}
