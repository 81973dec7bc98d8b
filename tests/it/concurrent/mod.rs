//! Streams whose items become children.

mod ends;
mod order;
mod places;

use ringfence_test::{Controller, Probe};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use futures::Stream;

/// A source of probes, as a test leaves them there, that counts what is asked of it.
struct Source<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

/// The other end of a [`Source`].
struct Tap<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

struct Shared<T> {
    items: VecDeque<Probe<T>>,
    has_ended: bool,
    is_dropped: bool,
    waker: Option<Waker>,
    polls: usize,
}

fn source<T>() -> (Tap<T>, Source<T>) {
    let shared = Shared {
        items: VecDeque::new(),
        has_ended: false,
        is_dropped: false,
        waker: None,
        polls: 0,
    };
    let shared = Arc::new(Mutex::new(shared));
    (Tap { shared: Arc::clone(&shared) }, Source { shared })
}

impl<T> Tap<T> {
    /// Leaves a probe that is pending, and returns its controller.
    fn push(&self) -> Controller<T> {
        let probe = Probe::pending();
        let control = probe.controller();
        self.change(|shared| shared.items.push_back(probe));
        control
    }

    fn end(&self) {
        self.change(|shared| shared.has_ended = true);
    }

    fn polls(&self) -> usize {
        self.shared.lock().unwrap().polls
    }

    fn is_dropped(&self) -> bool {
        self.shared.lock().unwrap().is_dropped
    }

    fn change(&self, change: impl FnOnce(&mut Shared<T>)) {
        let mut shared = self.shared.lock().unwrap();
        change(&mut shared);
        let waker = shared.waker.take();
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Stream for Source<T> {
    type Item = Probe<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Probe<T>>> {
        let mut shared = self.shared.lock().unwrap();
        shared.polls += 1;
        match shared.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if shared.has_ended => Poll::Ready(None),
            None => {
                shared.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Source<T> {
    fn drop(&mut self) {
        self.shared.lock().unwrap().is_dropped = true;
    }
}
