//! Parents for the tests of the engine.

use alloc::{sync::Arc, task::Wake};
use core::{
    sync::atomic::{AtomicUsize, Ordering},
    task::Waker,
};

/// A parent that counts how often it is woken.
#[derive(Debug, Default)]
pub(super) struct Parent(AtomicUsize);

impl Parent {
    pub(super) fn new() -> (Arc<Self>, Waker) {
        let parent = Arc::new(Self::default());
        (parent.clone(), parent.into())
    }

    /// How often the parent was woken.
    pub(super) fn wakes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Parent {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Returns a parent's waker that runs `hook` on each wake.
pub(super) fn on_wake(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    struct Hook<H>(H);
    impl<H: Fn() + Send + Sync + 'static> Wake for Hook<H> {
        fn wake(self: Arc<Self>) {
            self.wake_by_ref();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            (self.0)();
        }
    }
    Arc::new(Hook(hook)).into()
}

/// Returns a parent's waker that runs `hook` when its last clone is dropped.
pub(super) fn on_drop(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    struct Hook<H: Fn()>(H);
    impl<H: Fn() + Send + Sync + 'static> Wake for Hook<H> {
        fn wake(self: Arc<Self>) {}
    }
    impl<H: Fn()> Drop for Hook<H> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    Arc::new(Hook(hook)).into()
}
