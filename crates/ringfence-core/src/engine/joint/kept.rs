//! The end of a joint that has no future.

use super::{
    Driver, Joined, Joint, Post,
    ends::{Closed, Ends},
    room::Room,
};
use crate::sync::UnsafeCell;
use alloc::{alloc::dealloc, boxed::Box};
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
/// I12. This is the end of its joint that is no driver. There is none once it has left.
pub(crate) struct Kept<W, S>(Option<NonNull<Ends<W, S>>>);

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
        self.ends().stage().ask()
    }

    /// Leaves. If there is a word, lets `hear` have it, and what is shared, before.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn abandon<R>(&mut self, hear: impl FnOnce(W, &S) -> R) -> Option<R> {
        let leaving = Leaving(self.0.take()?);
        // SAFETY: I12, and this has not left, nor has it taken the word, which is here only.
        match unsafe { Ends::close(leaving.0) } {
            Closed::Unsaid(_listener) => {
                mem::forget(leaving);
                None
            }
            Closed::Said(word) => {
                // SAFETY: I12, and this leaves after that.
                let ends = unsafe { leaving.0.as_ref() };
                Some(hear(word, &ends.head.shared))
            }
        }
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn ends(&self) -> &Ends<W, S> {
        let ends = self.0.as_ref().expect(THERE);
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
        &self.ends().head.shared
    }
}

impl<W, S> Drop for Kept<W, S> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn drop(&mut self) {
        match self.0 {
            // SAFETY: I12, and this is the second.
            Some(ends) if self.ends().stage().driver_has_left() => unsafe { free(ends) },
            Some(_) => drop_early(self),
            None => {}
        }
    }
}

/// Leaves, where the driver may not have.
#[inline(never)]
fn drop_early<W, S>(kept: &mut Kept<W, S>) {
    // Foreign code last.
    drop(kept.abandon(|word, _| word));
}

/// This end, which leaves when dropped.
struct Leaving<W, S>(NonNull<Ends<W, S>>);

impl<W, S> Drop for Leaving<W, S> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    fn drop(&mut self) {
        // SAFETY: I12, and this has not left.
        let stage = unsafe { &(*self.0.as_ptr()).head.stage };
        if stage.other_leaves() {
            // SAFETY: I12, and this is the second.
            unsafe { free(self.0) };
        }
    }
}

/// Frees a joint.
///
/// # Safety
///
/// Both ends have left, and the caller is the second.
//
// Apart, so that it does not come again wherever a handle is dropped.
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
unsafe fn free<W, S>(ends: NonNull<Ends<W, S>>) {
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
    let room = unsafe { &(*ends.as_ptr()).head }.room;
    let _memory = Memory(ends.cast(), room);
    // SAFETY: the caller has it to itself. There is no future (I9), which would come after this.
    unsafe { ends.drop_in_place() };
}

/// A future joined with its post, before the two ends part.
pub(crate) struct Joining<F: Future, P: Post<F::Output>>(Box<Joint<F, P>>);

impl<F: Future, P: Post<F::Output>> Joining<F, P> {
    /// Joins a future with what both ends will look at.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U22")]
    pub(crate) fn new(future: F, shared: impl FnOnce() -> P::Shared) -> Self {
        // It is made where it stays, and after that, rather than on the stack and copied.
        let mut place = Box::new_uninit();
        let ends = Ends::new(Room::of::<Joint<F, P>>(), shared());
        place.write(Joint { ends, future: UnsafeCell::new(Some(future)) });
        // SAFETY: it was just written.
        Self(unsafe { place.assume_init() })
    }

    /// What both ends will look at.
    #[inline]
    pub(crate) fn shared_mut(&mut self) -> &mut P::Shared {
        &mut self.0.ends.head.shared
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
    pub(crate) fn part<D: ?Sized + Joined>(
        self,
        unsize: impl FnOnce(Box<Joint<F, P>>) -> Box<D>,
    ) -> (Driver<D>, Kept<P::Word, P::Shared>) {
        let before = &raw const *self.0;
        let joint = NonNull::from(Box::leak(unsize(self.0)));
        assert!(ptr::addr_eq(before, joint.as_ptr()), "it is only to forget the type");
        (Driver::new(joint), Kept(Some(joint.cast())))
    }
}
