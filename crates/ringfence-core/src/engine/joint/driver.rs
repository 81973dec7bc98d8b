//! The end of a joint that has the future.

use super::{Joined, ends::Ends, stage::Stage};
use crate::outcome::Panic;
use core::{
    future::Future,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll, ready},
};

/// The end of a joint that has the future: as a future, it tells the end, and then has nothing.
///
/// It has the joint until it leaves.
pub(crate) struct Driver<D: ?Sized + Joined>(Option<NonNull<D>>);

#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
// SAFETY: it refers to the joint, and may be the last that does.
unsafe impl<D: ?Sized + Joined + Send + Sync> Send for Driver<D> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
// SAFETY: as above.
unsafe impl<D: ?Sized + Joined + Send + Sync> Sync for Driver<D> {}

impl<D: ?Sized + Joined> Driver<D> {
    /// The driver of a joint that has none.
    #[inline]
    pub(super) fn new(joint: NonNull<D>) -> Self {
        Self(Some(joint))
    }

    /// Returns what the other end looks at as well.
    ///
    /// # Panics
    ///
    /// If the future has ended.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    pub(crate) fn shared(&self) -> &D::Shared {
        let ends = self.0.expect(BEFORE).cast::<Ends<D::Shared>>();
        // SAFETY: I10: this end has not left. It is a joint, which begins with that.
        &unsafe { ends.as_ref() }.shared
    }

    /// Tells the panic of the future, which is dropped first.
    ///
    /// # Panics
    ///
    /// If the future has ended.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    pub(crate) fn panicked(mut self, panic: Panic) -> D::End {
        let leaving = self.leaving().expect(BEFORE);
        // SAFETY: this is the driver, by value.
        unsafe { leaving.joint().panicked(panic) }
    }

    /// Drops the future. If that panics, it is the end of the future, which is returned.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    pub(crate) fn let_go(mut self) -> Option<D::End> {
        let leaving = self.leaving()?;
        // SAFETY: this is the driver, by value.
        let panic = unsafe { leaving.joint().let_go() }?;
        // SAFETY: as above.
        Some(unsafe { leaving.joint().panicked(panic) })
    }

    /// Says the word of an end, of which there is more to do than to leave; then it leaves.
    //
    // Apart, so that a poll is put in line: with this in it, it is not.
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn say(&mut self, end: D::End) -> D::End {
        let joint = self.0.expect(BEFORE);
        // SAFETY: I10: this end has not left.
        let joint = unsafe { joint.as_ref() };
        // It has the joint still if that panics.
        // SAFETY: this is the driver, by `&mut`.
        let end = unsafe { joint.say(end) };
        drop(self.leaving());
        end
    }

    fn leaving(&mut self) -> Option<Leaving<D>> {
        self.0.take().map(Leaving)
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
        let Some(place) = self.0 else { return Poll::Pending };
        // SAFETY: I10: this end has not left.
        let joint = unsafe { place.as_ref() };
        // SAFETY: this is the driver, by `&mut`.
        let end = ready!(unsafe { joint.poll(cx) });
        // SAFETY: I10, as above.
        if !unsafe { stage(place) }.say_and_leave() {
            return Poll::Ready(self.say(end));
        }
        self.0 = None;
        Poll::Ready(end)
    }
}

impl<D: ?Sized + Joined> Drop for Driver<D> {
    #[inline]
    fn drop(&mut self) {
        // Only a look, for most.
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
    let Some(leaving) = driver.leaving() else { return };
    // SAFETY: this is the driver, by `&mut`.
    if let Some(panic) = unsafe { leaving.joint().let_go() } {
        drop(leaving);
        panic.resume_unless_panicking();
    }
}

/// This end, which leaves when dropped.
struct Leaving<D: ?Sized + Joined>(NonNull<D>);

impl<D: ?Sized + Joined> Leaving<D> {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn joint(&self) -> &D {
        // SAFETY: I10: this end has not left.
        unsafe { self.0.as_ref() }
    }
}

impl<D: ?Sized + Joined> Drop for Leaving<D> {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
    fn drop(&mut self) {
        // SAFETY: I10: this end has not left.
        if unsafe { stage(self.0) }.driver_leaves() {
            // SAFETY: I10: this is the second.
            unsafe { Ends::<D::Shared>::free(self.0.cast()) };
        }
    }
}

/// How far the two ends of a joint are.
///
/// # Safety
///
/// The joint is there.
//
// Not by `&D`: once this end has left, the other may free the joint at any moment.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U24")]
unsafe fn stage<'joint, D: ?Sized + Joined>(joint: NonNull<D>) -> &'joint Stage {
    // SAFETY: says the caller. It is a joint, which begins with this.
    unsafe { joint.cast::<Stage>().as_ref() }
}
