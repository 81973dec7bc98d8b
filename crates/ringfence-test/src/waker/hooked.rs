//! A waker that runs code.

use std::{
    fmt,
    sync::Arc,
    task::{Wake, Waker},
};

type Hook = Box<dyn Fn() + Send + Sync>;

/// Builds a waker that runs a closure when it is woken, or when its last clone is dropped.
///
/// An executor is foreign code: its wakers may poll, take locks, wake others or panic. Code that
/// calls a waker while it holds a lock, or in the midst of an update, meets its match here.
///
/// # Examples
///
/// A parent whose waker wakes a child at once:
///
/// ```
/// use ringfence_test::{CountingWaker, HookedWaker};
///
/// let child = CountingWaker::new();
/// let stale = child.waker();
/// let parent = HookedWaker::new().on_wake(move || stale.wake_by_ref()).into_waker();
/// parent.wake();
/// assert_eq!(child.wakes(), 1);
/// ```
#[derive(Default)]
#[must_use = "a hooked waker does nothing until `into_waker` makes a waker of it"]
pub struct HookedWaker {
    on_wake: Option<Hook>,
    on_last_drop: Option<Hook>,
}

impl HookedWaker {
    /// Returns a waker to be that does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `hook` on each wake, in the thread that wakes.
    pub fn on_wake(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_wake = Some(Box::new(hook));
        self
    }

    /// Runs `hook` when the last clone is dropped, or woken by value.
    pub fn on_last_drop(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_last_drop = Some(Box::new(hook));
        self
    }

    /// Returns the waker.
    pub fn into_waker(self) -> Waker {
        Waker::from(Arc::new(self))
    }
}

impl Wake for HookedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(hook) = &self.on_wake {
            hook();
        }
    }
}

impl Drop for HookedWaker {
    fn drop(&mut self) {
        if let Some(hook) = self.on_last_drop.take() {
            hook();
        }
    }
}

impl fmt::Debug for HookedWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookedWaker")
            .field("on_wake", &self.on_wake.is_some())
            .field("on_last_drop", &self.on_last_drop.is_some())
            .finish()
    }
}

/// Returns a waker that panics with `message` on each wake.
///
/// # Examples
///
/// ```
/// use ringfence_test::panicking_waker;
/// use std::panic::catch_unwind;
///
/// let waker = panicking_waker("no wake expected");
/// assert!(catch_unwind(move || waker.wake()).is_err());
/// ```
pub fn panicking_waker(message: &'static str) -> Waker {
    HookedWaker::new().on_wake(move || panic!("{message}")).into_waker()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CountingWaker;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn calls(counter: &CountingWaker) -> impl Fn() + Send + Sync + 'static {
        let waker = counter.waker();
        move || waker.wake_by_ref()
    }

    #[test]
    fn a_hook_runs_on_each_wake() {
        let counter = CountingWaker::new();
        let waker = HookedWaker::new().on_wake(calls(&counter)).into_waker();
        waker.wake_by_ref();
        waker.wake();
        assert_eq!(counter.wakes(), 2);
    }

    #[test]
    fn a_drop_hook_runs_once_with_the_last_clone() {
        let counter = CountingWaker::new();
        let waker = HookedWaker::new().on_last_drop(calls(&counter)).into_waker();
        drop(waker.clone());
        assert_eq!(counter.wakes(), 0);
        waker.wake();
        assert_eq!(counter.wakes(), 1);
    }

    #[test]
    fn a_waker_without_hooks_does_nothing() {
        HookedWaker::new().into_waker().wake();
    }

    #[test]
    fn a_panicking_waker_panics_with_its_message_on_each_wake() {
        let waker = panicking_waker("stay asleep");
        for _ in 0..2 {
            let panic = catch_unwind(AssertUnwindSafe(|| waker.wake_by_ref())).unwrap_err();
            assert_eq!(panic.downcast_ref::<String>().unwrap(), "stay asleep");
        }
    }
}
