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
//! A child on a runtime has one of its own, open during its polls. Whom it has left behind goes
//! with it to its parent, which so waits for all that was started below it, on any thread.

#[cfg(feature = "std")]
mod open;

use crate::outcome::Panic;
#[cfg(feature = "std")]
use crate::outcome::keep_first;
use alloc::boxed::Box;
#[cfg(feature = "std")]
use core::task::Waker;
use core::task::{Context, Poll};

#[cfg(feature = "std")]
pub(crate) use open::{Leaving, begin_remote, is_open, leave};

/// Those who were dropped inside a poll, and have not gone yet.
#[derive(Default)]
pub(crate) struct Drain {
    #[cfg(feature = "std")]
    left: open::Left,
    /// The first panic of those who have gone.
    panic: Option<Panic>,
}

/// Those whom somebody has left behind who has gone; small, since there rarely are any.
#[cfg(feature = "std")]
pub(crate) type Behind = Option<Box<Drain>>;

impl Drain {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            left: open::Left::new(),
            panic: None,
        }
    }

    /// Takes up again whom somebody has left behind.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn of(behind: Behind) -> Self {
        behind.map_or_else(Self::new, |behind| *behind)
    }

    /// Leaves them behind, if there are any.
    //
    // By `&mut`, since there rarely are any, and to move none takes time as well.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn leave_behind(&mut self) -> Behind {
        if self.is_empty() { None } else { Some(Box::new(core::mem::take(self))) }
    }

    /// Notes a panic of somebody who has gone.
    #[cfg(feature = "std")]
    pub(crate) fn note(&mut self, panic: Option<Panic>) {
        keep_first(&mut self.panic, panic);
    }

    /// Calls `f`, and takes in those who are dropped meanwhile.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let before = self.left.len();
        let open = open::Open::new(&mut self.left);
        let returned = f();
        drop(open);
        if self.left.has_doubled_since(before) {
            self.forget_gone();
        }
        returned
    }

    /// Calls `f`. Without threads nobody is inside a poll elsewhere.
    #[cfg(not(feature = "std"))]
    #[inline]
    pub(crate) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// Forgets those who have gone: whoever lives for months may drop many.
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn forget_gone(&mut self) {
        // Nobody waits for them yet.
        let _ = self.poll_left(&mut Context::from_waker(Waker::noop()));
    }

    /// Waits until all have gone, and notes their panics.
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut left = core::mem::take(&mut self.left);
        let polled = left.poll(|panic| self.note(panic), cx);
        self.left = left;
        polled
    }

    /// Leaves those who have not gone to the next drain outside, and returns the first panic.
    #[cfg(feature = "std")]
    pub(crate) fn into_panic(self) -> Option<Panic> {
        self.panic
    }

    /// Whether nobody is left, and nobody who has gone has panicked.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "std")]
        if !self.left.is_empty() {
            return false;
        }
        self.panic.is_none()
    }

    /// Waits until all have gone, and returns the first panic of their last polls and their
    /// destructors.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Panic>> {
        #[cfg(feature = "std")]
        if !self.left.is_empty() {
            core::task::ready!(self.poll_left(cx));
        }
        #[cfg(not(feature = "std"))]
        let _ = cx;
        Poll::Ready(self.panic.take())
    }
}

impl core::fmt::Debug for Drain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Drain").field("panic", &self.panic).finish_non_exhaustive()
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
        match panic {
            Some(panic) => panic.resume(),
            None => Some(Poll::Ready(value)),
        }
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// One who has gone, with a panic or without.
    struct Gone(&'static str);

    impl Leaving for Gone {
        fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Behind> {
            let mut left = Drain::new();
            left.note((!self.0.is_empty()).then(|| Panic::new(Box::new(self.0))));
            Poll::Ready(left.leave_behind())
        }

        fn has_gone(&self) -> bool {
            true
        }
    }

    #[test]
    fn those_who_have_gone_are_forgotten_though_nobody_waits_yet() {
        let mut drain = Drain::new();
        for number in 0..1_000 {
            let panic = if number == 7 { "the eighth" } else { "" };
            drain.collect(|| leave(Arc::new(Gone(panic))));
        }
        assert!(drain.left.len() < 64, "{} are kept", drain.left.len());
        let told = drain.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(told, Poll::Ready(Some(panic)) if panic.message() == Some("the eighth")));
    }

    /// One who goes when the test says so, and is looked at until then.
    #[derive(Default)]
    struct Busy {
        has_gone: AtomicBool,
        looks: AtomicUsize,
    }

    impl Leaving for Busy {
        fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Behind> {
            self.looks.fetch_add(1, Ordering::Relaxed);
            if self.has_gone() { Poll::Ready(None) } else { Poll::Pending }
        }

        fn has_gone(&self) -> bool {
            self.has_gone.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn those_who_are_still_there_are_looked_at_now_and_then() {
        let (mut drain, busy) = (Drain::new(), Arc::new(Busy::default()));
        let kept = || Arc::strong_count(&busy) - 1;
        let mut leave_many = || (0..1_000).for_each(|_| drain.collect(|| leave(busy.clone())));
        leave_many();
        assert_eq!(kept(), 1_000);
        let looks = busy.looks.load(Ordering::Relaxed);
        assert!(looks < 2_000, "{looks} looks");
        busy.has_gone.store(true, Ordering::Relaxed);
        leave_many();
        assert!(kept() < 64, "{} are kept", kept());
    }

    #[test]
    fn a_drain_takes_nobody_of_the_one_around() {
        let (mut outer, mut inner) = (Drain::new(), Drain::new());
        outer.collect(|| {
            leave(Arc::new(Busy::default()));
            inner.collect(|| leave(Arc::new(Gone(""))));
        });
        assert_eq!((outer.left.len(), inner.left.len()), (1, 1));
    }
}
