//! Waiting until all others wait.

use super::TestRuntime;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Waits until nothing else on the current [`TestRuntime`] can run.
///
/// It resolves once all tasks and the future given to `run` are blocked, before the clock jumps.
/// A test that says "now the child waits for the lock" says it with this. All who wait for it are
/// woken together.
///
/// # Panics
///
/// The returned future panics if it is polled outside a `TestRuntime`.
///
/// # Cancel safety
///
/// Nothing is lost if the future is dropped.
///
/// # Semantics
///
/// As trio's `wait_all_tasks_blocked`, with a cushion of zero.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{Spawn, Task};
/// use ringfence_test::{Probe, TestRuntime, wait_all_blocked};
///
/// let rt = TestRuntime::new(0);
/// let probe = Probe::yields(10, ());
/// let control = probe.controller();
/// rt.spawn(Task::new(probe)).unwrap();
/// rt.run(async move {
///     wait_all_blocked().await;
///     assert_eq!(control.polls(), 11);
/// });
/// ```
pub fn wait_all_blocked() -> AllBlocked {
    AllBlocked { place: None }
}

/// A future that resolves when all others wait, as [`wait_all_blocked`] returns it.
///
/// # Cancel safety
///
/// Nothing is lost if it is dropped.
///
/// # Examples
///
/// ```
/// use ringfence_test::{AllBlocked, TestRuntime, run, wait_all_blocked};
///
/// run(0, async {
///     let settled: AllBlocked = wait_all_blocked();
///     TestRuntime::current().spawn_named("brief", async {});
///     settled.await;
///     assert_eq!(TestRuntime::current().unfinished(), 0);
/// });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited or polled"]
pub struct AllBlocked {
    /// Where it waits, from the first poll: the number of a waiter.
    place: Option<(TestRuntime, u64)>,
}

impl Future for AllBlocked {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let Some((rt, number)) = &self.place else {
            let rt = TestRuntime::current();
            let number = rt.shared.tasks.with(|tasks| tasks.wait_all_blocked(waker));
            self.place = Some((rt, number));
            return Poll::Pending;
        };
        // A waiter that is no longer there has been woken.
        let (still_there, surplus) =
            rt.shared.tasks.with(|tasks| match tasks.blocked_waiters.get_mut(number) {
                Some(place) => (true, std::mem::replace(place, waker)),
                None => (false, waker),
            });
        drop(surplus);
        if still_there { Poll::Pending } else { Poll::Ready(()) }
    }
}

impl Drop for AllBlocked {
    fn drop(&mut self) {
        if let Some((rt, number)) = self.place.take() {
            let waker = rt.shared.tasks.with(|tasks| tasks.blocked_waiters.remove(&number));
            drop(waker);
        }
    }
}
