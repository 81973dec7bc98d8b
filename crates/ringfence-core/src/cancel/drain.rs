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

use crate::outcome::Panic;
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

impl Drain {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            left: open::Left::new(),
            panic: None,
        }
    }

    /// Notes a panic of somebody who has gone.
    #[cfg(feature = "std")]
    pub(crate) fn note(&mut self, panic: Option<Panic>) {
        match (panic, &self.panic) {
            (None, _) => {}
            (panic, None) => self.panic = panic,
            (Some(panic), Some(_)) => panic.discard(),
        }
    }

    /// Calls `f`, and takes in those who are dropped meanwhile.
    #[inline]
    pub(crate) fn collect<R>(&mut self, f: impl FnOnce() -> R) -> R {
        #[cfg(feature = "std")]
        let before = self.left.len();
        #[cfg(feature = "std")]
        let open = open::Open::new(&mut self.left);
        let returned = f();
        #[cfg(feature = "std")]
        {
            drop(open);
            if self.left.has_doubled_since(before) {
                self.forget_gone();
            }
        }
        returned
    }

    /// Forgets those who have gone: whoever lives for months may drop many.
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn forget_gone(&mut self) {
        // Nobody waits for them yet.
        let _ = self.poll_left(&mut Context::from_waker(Waker::noop()));
    }

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

#[cfg(feature = "std")]
mod open {
    use super::{Context, Drain, Panic, Poll};
    // Not loom's, which cannot forget the type of what it holds.
    use alloc::{sync::Arc, vec::Vec};
    use core::{
        cell::RefCell,
        mem,
        // Not loom's, which is none for statics: what it says is not part of what is modelled.
        sync::atomic::{AtomicBool, Ordering},
    };

    #[cfg(not(ringfence_loom))]
    std::thread_local! {
        /// What the innermost drain that is open on this thread has taken in.
        static INNERMOST: RefCell<Option<Vec<Arc<dyn Leaving>>>> = const { RefCell::new(None) };
    }

    #[cfg(ringfence_loom)]
    loom::thread_local! {
        static INNERMOST: RefCell<Option<Vec<Arc<dyn Leaving>>>> = RefCell::new(None);
    }

    /// Whether there was a remote child in this process. A model has some.
    static BEGUN: AtomicBool = AtomicBool::new(cfg!(ringfence_loom));

    #[inline]
    pub(super) fn is_needed() -> bool {
        // Relaxed: whoever has a remote child that was begun has it from who has begun it, and sees
        // what that has stored before.
        BEGUN.load(Ordering::Relaxed)
    }

    /// A child that was dropped inside a poll.
    pub(crate) trait Leaving: Send + Sync {
        /// Waits until the child has gone; returns the panic of its last poll or its destructor, and
        /// those whom it has left behind.
        fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Drain>;

        /// Whether the child has gone.
        fn has_gone(&self) -> bool;
    }

    /// From how many on it is looked who has gone.
    const MANY: usize = 32;

    /// Those who have not gone yet.
    #[derive(Default)]
    pub(super) struct Left(Vec<Arc<dyn Leaving>>);

    impl Left {
        pub(super) const fn new() -> Self {
            Self(Vec::new())
        }

        #[inline]
        pub(super) fn is_empty(&self) -> bool {
            self.0.is_empty()
        }

        #[inline]
        pub(super) fn len(&self) -> usize {
            self.0.len()
        }

        /// Whether there are many, and about twice as many as there were.
        #[inline]
        pub(super) fn has_doubled_since(&self, before: usize) -> bool {
            self.len() >= MANY && self.len().leading_zeros() < before.leading_zeros()
        }

        /// Leaves them to the next drain outside.
        #[cold]
        #[inline(never)]
        fn leave(&mut self) {
            mem::take(&mut self.0).into_iter().for_each(leave);
        }

        /// Asks who has gone, and tells `gone` of each. What those have left behind is taken in.
        pub(super) fn poll(
            &mut self,
            mut gone: impl FnMut(Option<Panic>),
            cx: &mut Context<'_>,
        ) -> Poll<()> {
            loop {
                let mut behind = Vec::new();
                self.0.retain(|leaving| {
                    let Poll::Ready(mut its) = leaving.poll_gone(cx) else { return true };
                    behind.append(&mut its.left.0);
                    gone(its.panic.take());
                    false
                });
                if behind.is_empty() {
                    break;
                }
                self.0.append(&mut behind);
            }
            if self.0.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        }
    }

    impl Drop for Left {
        #[inline]
        fn drop(&mut self) {
            if !self.is_empty() {
                self.leave();
            }
        }
    }

    /// A drain that is open until this is dropped, which unwinding does too.
    pub(super) struct Open<'a> {
        left: &'a mut Left,
        outer: Option<Vec<Arc<dyn Leaving>>>,
    }

    impl<'a> Open<'a> {
        #[inline]
        pub(super) fn new(left: &'a mut Left) -> Self {
            let outer = swap(Some(mem::take(&mut left.0)));
            Self { left, outer }
        }
    }

    impl Drop for Open<'_> {
        #[inline]
        fn drop(&mut self) {
            self.left.0 = swap(self.outer.take()).unwrap_or_default();
        }
    }

    #[inline]
    fn swap(innermost: Option<Vec<Arc<dyn Leaving>>>) -> Option<Vec<Arc<dyn Leaving>>> {
        // A thread that is being torn down drops what it has left, and nobody waits for it.
        INNERMOST.try_with(|cell| cell.replace(innermost)).ok().flatten()
    }

    /// Has the innermost open drain wait for a child, if there is one.
    pub(crate) fn leave(leaving: Arc<dyn Leaving>) {
        let _surplus = INNERMOST.try_with(|cell| match &mut *cell.borrow_mut() {
            Some(left) => {
                left.push(leaving);
                None
            }
            None => Some(leaving),
        });
    }

    /// Whether a drain is open on this thread.
    pub(crate) fn is_open() -> bool {
        INNERMOST.try_with(|cell| cell.borrow().is_some()).unwrap_or(false)
    }

    /// A remote child is about to begin.
    #[inline]
    pub(crate) fn begin_remote() {
        if !is_needed() {
            BEGUN.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests {
    use super::*;
    use alloc::sync::Arc;

    /// One who has gone, with a panic or without.
    struct Gone(&'static str);

    impl Leaving for Gone {
        fn poll_gone(&self, _: &mut Context<'_>) -> Poll<Drain> {
            let mut left = Drain::new();
            left.note((!self.0.is_empty()).then(|| Panic::new(Box::new(self.0))));
            Poll::Ready(left)
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
}
