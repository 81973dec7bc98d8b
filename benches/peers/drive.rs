//! What drives a contender: a spinning loop, or tokio's current-thread runtime.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};

/// Runs a future to its end on the calling thread.
pub(crate) trait Drive: Default + 'static {
    fn block_on<F: Future>(&mut self, future: F) -> F::Output;
}

/// The cheapest honest parent: its waker stores a flag, its loop spins on it.
///
/// So what is measured is the set, not an executor.
#[derive(Default)]
pub(crate) struct Spin;

/// Whether the one spinning parent of the process was woken.
#[derive(Default)]
struct Flag {
    woken: AtomicBool,
}

static PARENT: LazyLock<Arc<Flag>> = LazyLock::new(Arc::default);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the swap in `Flag::wait`.
        self.woken.store(true, Ordering::Release);
    }
}

impl Flag {
    /// Spins until the flag is set, and clears it.
    fn wait(&self) {
        let mut spins = 0_u32;
        // The swap comes before the poll: with a plain store a wake can be lost. Acquire: pairs
        // with `wake_by_ref`.
        while !self.woken.swap(false, Ordering::Acquire) {
            while !self.woken.load(Ordering::Relaxed) {
                spins = spins.wrapping_add(1);
                if spins % (1 << 14) == 0 {
                    std::thread::yield_now();
                } else {
                    std::hint::spin_loop();
                }
            }
        }
    }
}

impl Spin {
    /// The waker of the spinning parent.
    pub(crate) fn waker() -> Waker {
        Waker::from(Arc::clone(&PARENT))
    }

    /// Wakes the spinning parent without a waker, for the hand-written bounds.
    pub(crate) fn wake() {
        PARENT.wake_by_ref();
    }
}

impl Drive for Spin {
    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Self::waker();
        let mut cx = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
            PARENT.wait();
        }
    }
}

/// tokio's current-thread runtime, for what needs one.
pub(crate) struct OnTokio {
    runtime: tokio::runtime::Runtime,
}

impl Default for OnTokio {
    fn default() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        Self { runtime: runtime.expect("a runtime without drivers needs nothing of the system") }
    }
}

impl Drive for OnTokio {
    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}
