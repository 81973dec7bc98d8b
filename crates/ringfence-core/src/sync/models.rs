//! What the models have in common that explore interleavings.

use alloc::{sync::Arc, task::Wake};
use core::{
    sync::atomic::{AtomicUsize as Plain, Ordering::Relaxed},
    task::Waker,
};
use loom::sync::atomic::{AtomicUsize, Ordering};

/// Explores the interleavings of `f` with at most so many preemptions, or all; `f` returns the
/// outcome it came to, of which each must be seen.
pub(crate) fn model<const N: usize>(
    preemptions: Option<usize>,
    seen: &'static [Plain; N],
    f: impl Fn() -> usize + Send + Sync + 'static,
) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        seen[f()].fetch_add(1, Relaxed);
    });
    assert_all_seen(seen);
}

/// Asserts that all outcomes of a race were seen.
pub(crate) fn assert_all_seen<const N: usize>(seen: &[Plain; N]) {
    for (outcome, times) in seen.iter().enumerate() {
        assert_ne!(times.load(Relaxed), 0, "outcome {outcome} was never seen");
    }
}

loom::lazy_static! {
    /// Touched around what might race.
    ///
    /// Loom tries another order only if two threads touch the same atomic, one to change it, and
    /// remembers of an atomic only who touched it last. So it does not see that an exchange of
    /// one thread races with a load of another, if the first thread has loaded as well. It does
    /// see that these race.
    static ref STEPS: AtomicUsize = AtomicUsize::new(0);
}

/// Lets another thread go first. It orders nothing for the memory.
pub(crate) fn step() {
    STEPS.fetch_add(1, Relaxed);
}

/// A waker that counts how often it is woken.
pub(crate) struct Wakes(AtomicUsize);

impl Wakes {
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self(AtomicUsize::new(0)));
        (wakes.clone(), wakes.into())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
