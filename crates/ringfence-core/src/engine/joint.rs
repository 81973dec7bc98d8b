//! A future and what others may know of it, in one allocation.
//!
//! A child that hands out a handle needs a place for its output that may outlive it. To give the
//! two an allocation each would double the price of a spawn.

use super::unseen::Unseen;
use crate::{
    outcome::{Panic, catch},
    sync::UnsafeCell,
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    ops::Deref,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll, ready},
};

/// Where the end of a future of output `O` is told to those who keep a joint.
///
/// # Safety
///
/// Who calls an `unsafe` method is the driver of the joint that the post is in, and has it by `&mut`.
pub(crate) trait Post<O> {
    /// What the driver is told of the end.
    type End;
    /// Who the future is, to its driver.
    type Id;

    /// Returns who the future is.
    fn id(&self) -> &Self::Id;

    /// Takes the output; the future has been dropped.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn deliver(&self, output: O) -> Self::End;

    /// Takes the panic, after which the future has been dropped.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(&self, panic: Panic) -> Self::End;

    /// The future has been dropped, whether it had ended or not.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn dropped(&self);
}

/// The allocation.
///
/// # Who may touch what
///
/// `post` belongs to everyone, by `&`. `future` belongs to the one [`Driver`].
///
/// # Invariants
///
/// I9. There is one driver of a joint, and nobody else touches `future`. It is empty once the
///     driver has been dropped; if it never is, the joint is never freed.
pub(crate) struct Joint<F, P> {
    post: P,
    future: UnsafeCell<Option<F>>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
// SAFETY: I9: `&Joint` reaches the future through the driver only, which is not shared.
unsafe impl<F: Send, P: Sync> Sync for Joint<F, P> {}

/// What a driver does with a joint of any type.
pub trait Joined {
    /// What the driver is told of the end.
    type End;
    /// Who the future is, to its driver.
    type Id;

    /// Returns who the future is.
    fn id(&self) -> &Self::Id;

    /// Polls the future; drops it at its end, and then tells that.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has it by `&mut`; the joint does not move any more.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn poll(&self, cx: &mut Context<'_>) -> Poll<Self::End>;

    /// Drops the future, whether it has ended or not, and then tells that, also if it panics.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has it by `&mut`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn let_go(&self);

    /// Drops the future, whose poll or destructor has panicked, and then tells that.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has it by `&mut`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(&self, panic: Panic) -> Self::End;
}

impl<F, P> Joint<F, P> {
    /// Drops the future in place, if it is there.
    ///
    /// # Safety
    ///
    /// The caller is the driver, and has it by `&mut`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn clear(&self) {
        self.future.with_mut(|future| {
            // SAFETY: I9, since the caller is the driver, and has it by `&mut`. In place, as for
            // whatever is pinned.
            unsafe { *future = None };
        });
    }
}

impl<F: Future, P: Post<F::Output>> Joined for Joint<F, P> {
    type End = P::End;
    type Id = P::Id;

    fn id(&self) -> &P::Id {
        self.post.id()
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn poll(&self, cx: &mut Context<'_>) -> Poll<P::End> {
        let polled = self.future.with_mut(|future| {
            // SAFETY: I9, since the caller is the driver, and has it by `&mut`.
            let future = unsafe { &mut *future };
            // SAFETY: the joint does not move any more, says the caller, nor does what is in it.
            let future = unsafe { Pin::new_unchecked(future) };
            future.as_pin_mut().map_or(Poll::Pending, |future| future.poll(cx))
        });
        let output = Unseen::new(ready!(polled));
        // SAFETY: the caller is the driver, and has it by `&mut`.
        unsafe { self.clear() };
        // SAFETY: as above.
        Poll::Ready(unsafe { self.post.deliver(output.show()) })
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn let_go(&self) {
        // SAFETY: the caller is the driver, and has it by `&mut`.
        let cleared = catch(|| unsafe { self.clear() });
        // SAFETY: as above.
        unsafe { self.post.dropped() };
        if let Err(panic) = cleared {
            panic.resume();
        }
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    unsafe fn panicked(&self, panic: Panic) -> P::End {
        // SAFETY: the caller is the driver, and has it by `&mut`.
        if let Err(second) = catch(|| unsafe { self.clear() }) {
            // A child has one end, and that was its first panic.
            second.discard();
        }
        // SAFETY: as above.
        unsafe { self.post.panicked(panic) }
    }
}

/// The end of a joint that has the future: as a future, it tells the end.
pub(crate) struct Driver<D: ?Sized + Joined>(Arc<D>);

impl<D: ?Sized + Joined> Driver<D> {
    /// Returns who the future is.
    pub(crate) fn id(&self) -> &D::Id {
        self.0.id()
    }

    /// Tells the panic of the future, which is dropped first.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    pub(crate) fn panicked(self, panic: Panic) -> D::End {
        // SAFETY: this is the driver, by value.
        unsafe { self.0.panicked(panic) }
    }

    /// Drops the future. If that panics, it is the end of the future, which is returned.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    pub(crate) fn let_go(self) -> Option<D::End> {
        let joint = self.0.clone();
        let panic = catch(|| drop(self)).err()?;
        // SAFETY: this was the driver, by value.
        Some(unsafe { joint.panicked(panic) })
    }
}

/// The driver has its joint by a pointer.
impl<D: ?Sized + Joined> Unpin for Driver<D> {}

impl<D: ?Sized + Joined> Future for Driver<D> {
    type Output = D::End;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<D::End> {
        // SAFETY: this is the driver, by `&mut`; what is behind an `Arc` does not move, and
        // nobody takes it out, since `Kept` has no way to.
        unsafe { self.0.poll(cx) }
    }
}

impl<D: ?Sized + Joined> Drop for Driver<D> {
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn drop(&mut self) {
        // SAFETY: this is the driver, by `&mut`.
        unsafe { self.0.let_go() }
    }
}

impl<D: ?Sized + Joined> fmt::Debug for Driver<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}

/// The other end: what is shared, whatever the future is, and for however long.
///
/// The type does not say what the future borrows. It need not: this end never touches the future,
/// and the last who frees the joint finds none in it (I9).
///
/// # Invariants
///
/// I10. `part` is a part of the post of the joint at `joint`, of which this holds a count, and
///      `release` gives one up. There is one of these of a joint.
pub(crate) struct Kept<R> {
    part: NonNull<R>,
    joint: NonNull<()>,
    release: fn(NonNull<()>),
}

/// A future joined with its post, before the two ends part.
pub(crate) struct Joining<F, P>(Arc<Joint<F, P>>);

impl<F: Future, P: Post<F::Output>> Joining<F, P> {
    /// Joins a future with its post.
    #[inline]
    pub(crate) fn new(future: F, post: P) -> Self {
        Self(Arc::new(Joint { post, future: UnsafeCell::new(Some(future)) }))
    }

    /// Takes the two apart again.
    pub(crate) fn into_parts(self) -> (F, P) {
        let Joint { post, future } = Arc::into_inner(self.0).expect("nobody else knows of it yet");
        (future.into_inner().expect("it was put in, and not taken out"), post)
    }

    /// Makes the two ends.
    ///
    /// `unsize` forgets the type of the future, and `part` says what of the post the other end
    /// keeps.
    #[inline]
    pub(crate) fn part<R, D: ?Sized + Joined>(
        self,
        part: impl FnOnce(&P) -> &R,
        unsize: impl FnOnce(Arc<Joint<F, P>>) -> Arc<D>,
    ) -> (Driver<D>, Kept<R>) {
        let joint = self.0;
        let kept = Kept {
            part: NonNull::from(part(&joint.post)),
            joint: NonNull::new(Arc::into_raw(joint.clone()).cast_mut().cast())
                .expect("what is behind an `Arc` is never null"),
            release: release::<F, P>,
        };
        (Driver(unsize(joint)), kept)
    }
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
fn release<F, P>(joint: NonNull<()>) {
    // SAFETY: I10: it was made by `into_raw` from an `Arc` of this type, and a count goes with it.
    drop(unsafe { Arc::from_raw(joint.as_ptr().cast::<Joint<F, P>>()) });
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
// SAFETY: what is reached is a part of the post, by `&`. The last one drops the post, whose other
// parts are as `Send` as this one, says whoever names it; the future is gone then.
unsafe impl<R: Send + Sync> Send for Kept<R> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
// SAFETY: as above.
unsafe impl<R: Send + Sync> Sync for Kept<R> {}

impl<R> Deref for Kept<R> {
    type Target = R;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U11")]
    fn deref(&self) -> &R {
        // SAFETY: I10.
        unsafe { self.part.as_ref() }
    }
}

impl<R> Drop for Kept<R> {
    fn drop(&mut self) {
        (self.release)(self.joint);
    }
}
