//! The end of a joint that has no future.

use super::ends::{Closed, Ends};
use core::{
    marker::PhantomData,
    ops::Deref,
    ptr::NonNull,
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
    /// The other end of a joint that has none.
    #[inline]
    pub(super) fn new(joint: NonNull<Ends<S>>) -> Self {
        Self { joint: Some(joint), word: PhantomData }
    }

    /// What both ends look at, unless this one has left.
    #[inline]
    pub(crate) fn shared(&self) -> Option<&S> {
        self.joint.is_some().then(|| &**self)
    }

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
            unsafe { Ends::free(self.0) };
        }
    }
}
