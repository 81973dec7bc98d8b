//! The end of a joint that has no future.

use super::{
    Content, Driver, Joined, Joint, Post,
    ends::{Closed, Ends},
    room::Room,
};
use crate::sync::atomic::Ordering;
use alloc::{alloc::dealloc, boxed::Box};
use core::{
    cell::UnsafeCell,
    future::Future,
    marker::PhantomData,
    mem::{ManuallyDrop, offset_of},
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
/// I12. This is the end of its joint that is no driver. There is none once it has left.
pub(crate) struct Kept<W, S> {
    joint: Option<NonNull<Ends<S>>>,
    word: PhantomData<NonNull<W>>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
// SAFETY: what is reached is the word, as its owner (I11), and what is shared, by `&`, or as the
// last one; the future is gone then.
unsafe impl<W: Send, S: Send + Sync> Send for Kept<W, S> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
// SAFETY: as above; by `&Kept`, nobody reaches the word.
unsafe impl<W: Send, S: Send + Sync> Sync for Kept<W, S> {}

impl<W, S> Kept<W, S> {
    /// Whether there is a word.
    #[inline]
    pub(crate) fn is_said(&self) -> bool {
        self.ends().stage().is_said()
    }

    /// Waits for the word, and lends it; again whenever it is polled after that.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<&mut W> {
        // SAFETY: I12, by `&mut`, and this has not left.
        if !self.is_said() && unsafe { self.ends().listen(cx.waker()) } {
            return Poll::Pending;
        }
        // SAFETY: I11: it was said, and this is the other end, which has not taken it.
        Poll::Ready(unsafe { self.word().as_mut() })
    }

    /// Asks for something that is there as long as the driver is: from now on, that does not leave
    /// before it has called [`Post::leave`]. False, if it may have left.
    pub(crate) fn ask(&self) -> bool {
        self.ends().stage().ask()
    }

    /// Leaves. If there is a word, lets `hear` have it, and what is shared, before.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn abandon<R>(&mut self, hear: impl FnOnce(W, &S) -> R) -> Option<R> {
        let (word, leaving) = self.close()?;
        // SAFETY: I11: it was said, and is not looked for again.
        let word = unsafe { word.read() };
        // SAFETY: I12, and this leaves after that.
        Some(hear(word, &unsafe { leaving.0.as_ref() }.shared))
    }

    /// Leaves, or is about to if there is a word. Returns where that is.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn close(&mut self) -> Option<(NonNull<W>, Leaving<S>)> {
        let joint = self.joint?;
        let word = self.word();
        self.joint = None;
        // SAFETY: I12, and this has not left.
        match unsafe { Ends::close(joint) } {
            Closed::Unsaid(_listener) => None,
            Closed::Said => Some((word, Leaving(joint))),
        }
    }

    /// Where the word is, once it was said.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn word(&self) -> NonNull<W> {
        let joint = self.joint.expect(THERE);
        // SAFETY: it is in the joint, which is there (I12).
        unsafe { joint.byte_add(self.ends().word_at.into()) }.cast()
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn ends(&self) -> &Ends<S> {
        let ends = self.joint.as_ref().expect(THERE);
        // SAFETY: I12, and this has not left.
        unsafe { ends.as_ref() }
    }
}

/// When this end is asked.
const THERE: &str = "nothing is asked of an end that has left";

impl<W, S> Deref for Kept<W, S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.ends().shared
    }
}

impl<W, S> Drop for Kept<W, S> {
    #[inline]
    fn drop(&mut self) {
        if self.joint.is_some() {
            leave(self);
        }
    }
}

/// Leaves, and drops the word before, if there is one.
//
// Apart, so that it does not come again wherever a handle is dropped.
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
fn leave<W, S>(kept: &mut Kept<W, S>) {
    if let Some((word, _leaving)) = kept.close() {
        // SAFETY: I11: it was said, and is not looked for again.
        unsafe { word.drop_in_place() };
    }
}

/// This end, which leaves when dropped.
struct Leaving<S>(NonNull<Ends<S>>);

impl<S> Drop for Leaving<S> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn drop(&mut self) {
        // SAFETY: I12, and this has not left.
        if unsafe { self.0.as_ref() }.stage().other_leaves() {
            // SAFETY: I12, and this is the second.
            unsafe { free(self.0) };
        }
    }
}

/// Frees a joint that has nothing left but its ends.
///
/// # Safety
///
/// Both ends have left, and the caller is the second.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
unsafe fn free<S>(joint: NonNull<Ends<S>>) {
    /// The memory of a joint, also if what is in there panics when it is dropped.
    struct Memory(NonNull<u8>, Room);

    impl Drop for Memory {
        #[inline]
        fn drop(&mut self) {
            // SAFETY: it came out of a box, of that room.
            unsafe { dealloc(self.0.as_ptr(), self.1.layout()) };
        }
    }

    // SAFETY: it is there, says the caller.
    let room = unsafe { joint.as_ref() }.room;
    let _memory = Memory(joint.cast(), room);
    // SAFETY: the caller has it to itself. There is no future (I9), and no word any more.
    unsafe { joint.drop_in_place() };
}

/// A future joined with its post, before the two ends part.
pub(crate) struct Joining<F: Future, P: Post<F::Output>>(Box<Joint<F, P>>);

impl<F: Future, P: Post<F::Output>> Joining<F, P> {
    /// Joins a future with what both ends will look at.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn new(future: F, shared: impl FnOnce() -> P::Shared) -> Self {
        let word_at = const {
            let content = offset_of!(Joint<F, P>, content);
            assert!(content <= u16::MAX as usize, "a child with a handle is aligned too far");
            content as u16
        };
        // It is made where it stays, and after that, rather than on the stack and copied.
        let mut place = Box::new_uninit();
        let ends = Ends::new(word_at, Room::of::<Joint<F, P>>(), shared());
        let content = UnsafeCell::new(Content { future: ManuallyDrop::new(future) });
        place.write(Joint { ends, content });
        // SAFETY: it was just written.
        Self(unsafe { place.assume_init() })
    }

    /// What both ends will look at.
    #[inline]
    pub(crate) fn shared_mut(&mut self) -> &mut P::Shared {
        &mut self.0.ends.shared
    }

    /// Takes the future out again.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn into_future(mut self) -> F {
        // Relaxed: nobody else has it.
        self.0.ends.has_future.store(false, Ordering::Relaxed);
        // SAFETY: it was put in, and nobody will look for it.
        let future = unsafe { &mut self.0.content.get_mut().future };
        // SAFETY: as above.
        unsafe { ManuallyDrop::take(future) }
    }

    /// Makes the two ends. `unsize` forgets the type of the future.
    ///
    /// # Panics
    ///
    /// If `unsize` gives back another box than it was given.
    #[inline]
    pub(crate) fn part<D: ?Sized + Joined>(
        self,
        unsize: impl FnOnce(Box<Joint<F, P>>) -> Box<D>,
    ) -> (Driver<D>, Kept<P::Word, P::Shared>) {
        let before = &raw const *self.0;
        let joint = NonNull::from(Box::leak(unsize(self.0)));
        assert!(ptr::addr_eq(before, joint.as_ptr()), "it is only to forget the type");
        (Driver::new(joint), Kept { joint: Some(joint.cast()), word: PhantomData })
    }
}
