//! Waiting for the virtual clock.

use super::{runtime::Shared, time::Key};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

/// Resolves once the clock has reached `deadline`.
pub(super) struct VirtualSleep {
    shared: Arc<Shared>,
    deadline: Duration,
    /// The alarm, from the first poll that had to wait.
    key: Option<Key>,
}

impl VirtualSleep {
    pub(super) fn new(shared: Arc<Shared>, deadline: Duration) -> Self {
        Self { shared, deadline, key: None }
    }
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let waker = cx.waker().clone();
        let task = this.shared.tasks.with(|tasks| tasks.polled);
        let (end, surplus) = this.shared.time.with(|time| {
            if time.now() >= this.deadline {
                (Poll::Ready(()), Some(waker))
            } else if let Some(key) = this.key {
                (Poll::Pending, time.change(key, waker))
            } else {
                this.key = Some(time.set(this.deadline, task, waker));
                (Poll::Pending, None)
            }
        });
        drop(surplus);
        end
    }
}

impl Drop for VirtualSleep {
    fn drop(&mut self) {
        let waker = self.key.and_then(|key| self.shared.time.with(|time| time.remove(key)));
        drop(waker);
    }
}
