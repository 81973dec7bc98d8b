//! The end of a joint that has no future.

use super::{
    Driver, Joined, Joint, Post,
    driver::Share,
    ends::{Closed, Ends},
};
use crate::sync::UnsafeCell;
use alloc::boxed::Box;
use core::{
    future::Future,
    mem,
    ops::Deref,
    ptr::{self, NonNull},
    task::{Context, Poll},
};

/// The other end: who hears the word and looks at what is shared, whatever the future is.
///
/// The type does not say what the future borrows. It need not: this end never touches the future,
/// and if it is the second to leave, and frees the joint, there is none in it (I9).
///
/// # Invariants
///
/// I12. `ends` and `shared` are of one joint, of which this is the end that is no driver, and which
///      `free` frees.
pub(crate) struct Kept<W, S> {
    /// None once it has left.
    ends: Option<NonNull<Ends<W>>>,
    shared: NonNull<S>,
    free: fn(NonNull<Ends<W>>),
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
// SAFETY: what is reached is the word, as its owner (I11), and what is shared, by `&`. The last one
// drops the post, whose other parts are as `Send` as that one, says whoever names it; the future is
// gone then.
unsafe impl<W: Send, S: Send + Sync> Send for Kept<W, S> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
// SAFETY: as above; by `&Kept`, nobody reaches the word.
unsafe impl<W: Send, S: Send + Sync> Sync for Kept<W, S> {}

impl<W, S> Kept<W, S> {
    /// Whether there is a word.
    #[inline]
    pub(crate) fn is_said(&self) -> bool {
        self.ends().stage.is_said()
    }

    /// Waits for the word, and lets `hear` have it; again whenever it is polled after that.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        hear: impl FnOnce(&mut W) -> R,
    ) -> Poll<R> {
        // SAFETY: I12, and this has not left.
        unsafe { self.ends().poll(cx, hear) }
    }

    /// Asks for something that is there as long as the driver is: from now on, that does not leave
    /// before it has called [`Post::leave`]. False, if it may have left.
    pub(crate) fn ask(&self) -> bool {
        self.ends().stage.ask()
    }

    /// Leaves. If there is a word, lets `hear` have it, and what is shared, before.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn abandon<R>(&mut self, hear: impl FnOnce(W, &S) -> R) -> Option<R> {
        let leaving = Leaving { ends: self.ends.take()?, free: self.free };
        // SAFETY: I12, and this has not left, nor has it taken the word, which is here only.
        match unsafe { Ends::close(leaving.ends) } {
            Closed::Unsaid(_listener) => {
                mem::forget(leaving);
                None
            }
            // SAFETY: I12, and this leaves after that.
            Closed::Said(word) => Some(hear(word, unsafe { self.shared.as_ref() })),
        }
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn ends(&self) -> &Ends<W> {
        let ends = self.ends.as_ref().expect(THERE);
        // SAFETY: I12, and this has not left.
        unsafe { ends.as_ref() }
    }
}

/// When this end is asked.
const THERE: &str = "nothing is asked of an end that has left";

impl<W, S> Deref for Kept<W, S> {
    type Target = S;

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn deref(&self) -> &S {
        assert!(self.ends.is_some(), "{THERE}");
        // SAFETY: I12, and this has not left.
        unsafe { self.shared.as_ref() }
    }
}

impl<W, S> Drop for Kept<W, S> {
    #[inline]
    fn drop(&mut self) {
        // Foreign code last.
        drop(self.abandon(|word, _| word));
    }
}

/// This end, which leaves when dropped.
struct Leaving<W> {
    ends: NonNull<Ends<W>>,
    free: fn(NonNull<Ends<W>>),
}

impl<W> Drop for Leaving<W> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn drop(&mut self) {
        // SAFETY: I12, and this has not left.
        let stage = unsafe { &(*self.ends.as_ptr()).stage };
        if stage.other_leaves() {
            (self.free)(self.ends);
        }
    }
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
fn free<F, P, W>(ends: NonNull<Ends<W>>) {
    // SAFETY: I12: this is what it begins with, and it came out of a box. The caller is the second.
    drop(unsafe { Box::from_raw(ends.as_ptr().cast::<Joint<F, P, W>>()) });
}

/// A future joined with its post, before the two ends part.
pub(crate) struct Joining<F, P, W>(Box<Joint<F, P, W>>);

impl<F: Future, P: Post<F::Output>> Joining<F, P, P::Word> {
    /// Joins a future with its post.
    #[inline]
    pub(crate) fn new(future: F, post: P) -> Self {
        let future = UnsafeCell::new(Some(future));
        Self(Box::new(Joint { ends: Ends::new(), post, future }))
    }

    /// What both ends will look at.
    #[inline]
    pub(crate) fn shared_mut(&mut self) -> &mut P::Shared {
        self.0.post.shared_mut()
    }

    /// Takes the future out again.
    pub(crate) fn into_future(self) -> F {
        self.0.future.into_inner().expect("it was put in, and not taken out")
    }

    /// Makes the two ends. `unsize` forgets the type of the future.
    ///
    /// # Panics
    ///
    /// If `unsize` gives back another box than it was given.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn part<D: ?Sized + Joined>(
        self,
        unsize: impl FnOnce(Box<Joint<F, P, P::Word>>) -> Box<D>,
    ) -> (Driver<D>, Kept<P::Word, P::Shared>) {
        let before = &raw const *self.0;
        let joint = NonNull::from(Box::leak(unsize(self.0)));
        assert!(ptr::addr_eq(before, joint.as_ptr()), "it is only to forget the type");
        let driver = Driver(Some(Share(joint)));
        let joint = joint.cast::<Joint<F, P, P::Word>>();
        // SAFETY: it is there, since no end has left.
        let shared = NonNull::from(unsafe { &(*joint.as_ptr()).post }.shared());
        (driver, Kept { ends: Some(joint.cast()), shared, free: free::<F, P, P::Word> })
    }
}
