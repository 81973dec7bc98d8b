//! Running a future on this thread, without a runtime.

use alloc::{sync::Arc, task::Wake};
use core::{
    cell::Cell,
    future::Future,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};
use std::thread::{self, Thread};

std::thread_local! {
    /// The bell of this thread's last `block_on`, for the next one; taken while one is running.
    static SPARE: Cell<Option<Arc<Bell>>> = const { Cell::new(None) };
}

/// Runs `future` to its end on this thread, parking it meanwhile.
///
/// No runtime is needed and none is started: children run inside the future, and timers are
/// [`Embedded`](super::Embedded) ones unless a runtime is in force. Calls may be nested, in one
/// another and in any runtime, where they block the thread as any blocking call does.
///
/// # Panics
///
/// If `future` does.
///
/// # Cost
///
/// One allocation for the first call on a thread, and at most one for a nested call.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, sleep};
/// use std::time::Duration;
///
/// let answer = block_on(async {
///     sleep(Duration::ZERO).await;
///     42
/// });
/// assert_eq!(answer, 42);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_else(Bell::of_this_thread);
    let waker = Waker::from(Arc::clone(&bell));
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            // Wakers of the finished future may still ring: the next one is then polled once more.
            let _ = SPARE.try_with(|spare| spare.set(Some(bell)));
            return output;
        }
        bell.wait();
    }
}

/// Wakes the thread that made it.
struct Bell {
    thread: Thread,
    /// Has it rung since it was last waited for? A thread's own token does not tell: the future
    /// may park the thread too, and take it.
    rung: AtomicBool,
}

impl Bell {
    fn of_this_thread() -> Arc<Self> {
        Arc::new(Self { thread: thread::current(), rung: AtomicBool::new(false) })
    }

    fn wait(&self) {
        // Acquire: pairs with the Release in `wake_by_ref`; the poll that follows sees what the
        // waker's thread did before.
        while !self.rung.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the Acquire in `wait`.
        if !self.rung.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}
