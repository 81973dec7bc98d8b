//! A child that stays inside its poll until the test lets it out, and a parent that waits for it.

use super::Output;
use ringfence_core::{
    Remote, block_on, remote,
    rt::{Refused, Spawn, Task},
};
use ringfence_test::{Counted, HookedWaker, Tally, poll_once};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    task::{Context, Poll, Waker},
    thread,
};

/// What the child does at the end of its only poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Pends,
    Returns,
    Panics,
    /// It pends, and panics when it is dropped.
    PanicsWhenDropped,
}

/// The test's end of the child.
pub(super) struct Busy {
    out: Sender<()>,
    tally: Tally,
}

impl Busy {
    /// Whether the child has been dropped.
    pub(super) fn is_dropped(&self) -> bool {
        self.tally.alive() == 0
    }

    /// Lets the child out of its poll.
    pub(super) fn let_out(&self) {
        self.out.send(()).unwrap();
    }
}

/// Makes a child that is inside its poll, on another thread, once what this returns is polled.
pub(super) fn busy(last: Last) -> (Remote<Output>, Busy) {
    let (entered, inside) = channel();
    let (out, may_go) = channel();
    let tally = Tally::new();
    let alive = match last {
        Last::PanicsWhenDropped => tally.bomb(()),
        _ => tally.count(()),
    };
    let child = Child { entered, may_go, last, alive };
    (remote(&Inside(Arc::new(Mutex::new(inside))), child), Busy { out, tally })
}

/// A thread for each task, of whose child it is inside the first poll when `spawn` returns.
#[derive(Clone)]
struct Inside(Arc<Mutex<Receiver<()>>>);

impl Spawn for Inside {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        self.0.lock().unwrap().recv().unwrap();
        Ok(())
    }
}

struct Child {
    entered: Sender<()>,
    may_go: Receiver<()>,
    last: Last,
    #[expect(dead_code, reason = "it is there for its drop")]
    alive: Counted<()>,
}

impl Future for Child {
    type Output = Output;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Output> {
        self.entered.send(()).expect("it is polled once only");
        self.may_go.recv().unwrap();
        match self.last {
            Last::Pends | Last::PanicsWhenDropped => Poll::Pending,
            Last::Returns => Poll::Ready(Ok(0)),
            Last::Panics => panic!("in its last poll"),
        }
    }
}

/// Polls a future when it is woken, from whichever thread.
pub(super) struct Parent<F> {
    future: Pin<Box<F>>,
    waker: Waker,
    woken: Receiver<()>,
}

impl<F: Future> Parent<F> {
    pub(super) fn new(future: F) -> Self {
        let (wake, woken) = channel();
        // A wake that comes after the end reaches nobody.
        let on_wake = move || wake.send(()).unwrap_or(());
        let waker = HookedWaker::new().on_wake(on_wake).into_waker();
        Self { future: Box::pin(future), waker, woken }
    }

    pub(super) fn poll(&mut self) -> Poll<F::Output> {
        poll_once(self.future.as_mut(), &self.waker)
    }

    /// Waits until it is woken.
    pub(super) fn wait_for_wake(&self) {
        self.woken.recv().unwrap();
    }

    /// Waits for its end.
    pub(super) fn end(mut self) -> F::Output {
        loop {
            self.wait_for_wake();
            if let Poll::Ready(output) = self.poll() {
                return output;
            }
        }
    }
}
