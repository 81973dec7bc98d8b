//! Waiting for those who could not be dropped at once.
//!
//! A child on a runtime may be inside a poll, on another thread, when it is dropped. It is dropped
//! when that poll ends, and whoever dropped it does not wait: a destructor never blocks. But a
//! verb that drops its children, and a scope, are futures: they stay pending until such children
//! have gone. So they drop them with a [`Drain`] around, which the children find by a
//! thread-local, and wait for the drain before they resolve.
//!
//! A drain is open on one thread, for the length of a call. What is dropped without one is waited
//! for by nobody. A drain that is itself dropped leaves those that it has to the next one outside.
//!
//! A child on a runtime has one of its own, open during its polls, and so has one on a shard. Whom
//! it has left behind goes with it to its parent, which so waits for all that was started below it,
//! on any thread.

#[cfg(feature = "std")]
mod open;

use crate::outcome::{Panic, Unseen, catch};
use alloc::boxed::Box;
use core::task::{Context, Poll};

#[cfg(feature = "std")]
pub(crate) use open::{Address, Leaving, begin_remote, is_open, leave};

/// Those who were dropped inside a poll, and have not gone yet; and the first panic of those who
/// have.
//
// A word, since there rarely are any, and each poll of a scope and of a remote child has one.
#[derive(Default)]
pub(crate) struct Drain {
    /// None if it is empty.
    #[cfg(feature = "std")]
    left: Option<Box<open::Left>>,
}

impl Drain {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            left: None,
        }
    }

    /// Notes a panic of somebody who has gone.
    #[cfg(feature = "std")]
    pub(crate) fn note(&mut self, panic: Option<Panic>) {
        if panic.is_some() {
            self.left.get_or_insert_default().note(panic);
        }
    }

    /// Without `std` no panic is caught.
    #[cfg(not(feature = "std"))]
    fn note(&mut self, _: Option<Panic>) {}

    /// Calls `f`, and takes in those who are dropped meanwhile.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _open = open::Open::new(self);
        f()
    }

    /// Calls `f`. Without threads nobody is inside a poll elsewhere.
    #[cfg(not(feature = "std"))]
    #[inline]
    pub(crate) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// As [`collect`](Self::collect), and notes the panic of `f`: it goes on once all have gone.
    pub(crate) fn collect_caught(&mut self, f: impl FnOnce()) {
        let panic = self.collect(|| catch(f)).err();
        self.note(panic);
    }

    /// Has a child go, which is `who`, with those whom it leaves behind.
    ///
    /// Children that have dropped each other would each be kept by another one for ever, and one
    /// that was left to itself by itself. So they go one at a time, each without itself, and
    /// without those who have gone before.
    #[cfg(feature = "std")]
    pub(crate) fn go_with<R>(mut self, who: Address, go: impl FnOnce(Self) -> R) -> R {
        let Some(mut left) = self.left.take() else { return go(self) };
        let (gone, _parted) = open::GOING.with(|()| {
            let parted = left.part_with(who);
            if !left.is_empty() {
                self.left = Some(left);
            }
            (go(self), parted)
        });
        gone
    }

    /// Leaves those who have not gone to the next drain outside, and returns the first panic.
    #[cfg(feature = "std")]
    pub(crate) fn into_panic(self) -> Option<Panic> {
        self.left.and_then(|mut left| left.take_panic())
    }

    /// Whether nobody is left, and nobody who has gone has panicked.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "std")]
        return self.left.is_none();
        #[cfg(not(feature = "std"))]
        return true;
    }

    /// Waits until all have gone, and returns the first panic of their last polls and their
    /// destructors.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Panic>> {
        #[cfg(feature = "std")]
        if self.left.is_some() {
            return self.poll_left(cx);
        }
        #[cfg(not(feature = "std"))]
        let _ = cx;
        Poll::Ready(None)
    }

    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<Option<Panic>> {
        if let Some(left) = &mut self.left {
            core::task::ready!(left.poll(cx));
        }
        Poll::Ready(core::mem::take(self).into_panic())
    }
}

impl core::fmt::Debug for Drain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Drain").field("is_empty", &self.is_empty()).finish_non_exhaustive()
    }
}

/// Whether anyone may have to be waited for: not before the first remote child of the process.
///
/// So programs without remote children pay a load for them.
#[inline]
pub(crate) fn is_needed() -> bool {
    #[cfg(feature = "std")]
    return open::is_needed();
    #[cfg(not(feature = "std"))]
    return false;
}

/// What is to be returned once those have gone who were dropped for it.
#[derive(Debug)]
pub(crate) struct Delayed<T>(Option<Box<(T, Drain)>>);

impl<T> Delayed<T> {
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Returns `value`, at once if nobody is left.
    ///
    /// # Panics
    ///
    /// With the first panic of those who had to go.
    pub(crate) fn delay(&mut self, value: T, drain: Drain, cx: &mut Context<'_>) -> Poll<T> {
        if drain.is_empty() {
            return Poll::Ready(value);
        }
        self.0 = Some(Box::new((value, drain)));
        self.poll(cx).unwrap_or(Poll::Pending)
    }

    /// Waits for what was delayed; none, if nothing was.
    ///
    /// # Panics
    ///
    /// With the first panic of those who had to go.
    #[cold]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Option<Poll<T>> {
        let (_, drain) = &mut **self.0.as_mut()?;
        let Poll::Ready(panic) = drain.poll(cx) else { return Some(Poll::Pending) };
        let (value, _) = *self.0.take()?;
        let value = Unseen::new(value);
        match panic {
            Some(panic) => panic.resume(),
            None => Some(Poll::Ready(value.show())),
        }
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests;
