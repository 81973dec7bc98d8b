//! Every interleaving of what the two ends of a remote child do.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

extern crate std;

use super::*;
use crate::{
    cancel::drain::Drain,
    rt::{Refused, Task},
    sync::models::{Wakes, model},
};
use alloc::sync::Arc;
use core::{
    future::poll_fn,
    sync::atomic::{AtomicUsize as Plain, Ordering::Relaxed},
    task::Waker,
};
use loom::{sync::Mutex, thread};

/// A runtime whose only task is taken by the model.
#[derive(Clone)]
struct ByHand(Arc<Mutex<Option<Task>>>);

impl ByHand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    fn task(&self) -> Task {
        self.0.lock().unwrap().take().expect("the child has been begun")
    }
}

impl Spawn for ByHand {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        *self.0.lock().unwrap() = Some(task);
        Ok(())
    }
}

/// What was done to a child: plain, since loom is to order nothing by it.
#[derive(Clone, Default)]
struct Log(Arc<[Plain; 3]>);

const POLLS: usize = 0;
const DROPS: usize = 1;
/// Drops inside a call of the parent's.
const BY_PARENT: usize = 2;

impl Log {
    fn count(&self, what: usize) -> usize {
        self.0[what].load(Relaxed)
    }

    fn note(&self, what: usize) {
        self.0[what].fetch_add(1, Relaxed);
    }
}

/// Ends at its first poll, or never. That nobody else touches it meanwhile, loom sees by the cell
/// that it lives in.
struct Child {
    ends: bool,
    log: Log,
    parent: thread::ThreadId,
}

impl Future for Child {
    type Output = Value;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Value> {
        assert_eq!(self.log.count(DROPS), 0);
        self.log.note(POLLS);
        if self.ends { Poll::Ready(Value(self.log.clone(), self.parent)) } else { Poll::Pending }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.log.note(DROPS);
        if thread::current().id() == self.parent {
            self.log.note(BY_PARENT);
        }
    }
}

/// What the child returns: its drop counts as well.
struct Value(Log, thread::ThreadId);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.note(DROPS);
        if thread::current().id() == self.1 {
            self.0.note(BY_PARENT);
        }
    }
}

/// Begins a child. Returns what stands for it, its task, its log, and the parent's wakes.
fn begun(ends: bool) -> (Remote<Value>, Task, Log, Arc<Wakes>) {
    let (rt, log) = (ByHand::new(), Log::default());
    let child = Child { ends, log: log.clone(), parent: thread::current().id() };
    let mut child = remote(&rt, child);
    let (wakes, waker) = Wakes::new();
    assert!(poll(&mut child, &waker).is_pending());
    (child, rt.task(), log, wakes)
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// Polls a task once, and leaves it to be dropped by whoever joins.
fn polled(mut task: Task) -> thread::JoinHandle<(Task, bool)> {
    thread::spawn(move || {
        let ended = poll(&mut task, Waker::noop()).is_ready();
        (task, ended)
    })
}

#[test]
fn a_poll_against_a_drop() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (child, task, log, _) = begun(false);
        let polling = polled(task);
        drop(child);
        let by_parent = log.count(BY_PARENT);
        let (_task, ended) = polling.join().unwrap();
        assert_eq!(log.count(DROPS), 1);
        match (log.count(POLLS), by_parent) {
            // It was never polled.
            (0, 1) => {
                assert!(ended);
                0
            }
            // Between two polls, or rather after the first.
            (1, 1) => {
                assert!(!ended);
                1
            }
            // Inside of it.
            (1, 0) => {
                assert!(ended);
                2
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn an_end_against_a_drop() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (child, task, log, _) = begun(true);
        let polling = polled(task);
        drop(child);
        let by_parent = log.count(BY_PARENT);
        let (_task, ended) = polling.join().unwrap();
        assert!(ended);
        match (log.count(POLLS), log.count(DROPS), by_parent) {
            (0, 1, 1) => 0,
            // The value was there, and the parent has dropped it.
            (1, 2, 1) => 1,
            // The value came too late.
            (1, 2, 0) => 2,
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn an_end_against_a_poll_of_the_parent() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (mut child, task, _, first) = begun(true);
        let polling = polled(task);
        // By another waker than before.
        let (second, waker) = Wakes::new();
        let outcome = match poll(&mut child, &waker) {
            Poll::Ready(_) => {
                assert_eq!(second.count(), 0);
                0
            }
            Poll::Pending => {
                drop(polling.join().unwrap());
                assert_eq!((first.count(), second.count()), (0, 1));
                assert!(poll(&mut child, &waker).is_ready());
                return 1;
            }
        };
        drop(polling.join().unwrap());
        outcome
    });
}

#[test]
fn a_drain_against_the_end_of_the_poll() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (child, task, log, _) = begun(false);
        let polling = polled(task);
        let mut drain = Drain::new();
        drain.collect(|| drop(child));
        let (wakes, waker) = Wakes::new();
        let mut cx = Context::from_waker(&waker);
        let empty = drain.is_empty();
        let gone = drain.poll(&mut cx).is_ready();
        if gone {
            assert_eq!(log.count(DROPS), 1);
        }
        drop(polling.join().unwrap());
        assert_eq!(log.count(DROPS), 1);
        match (empty, gone) {
            // Dropped in place.
            (true, true) => 0,
            // Gone meanwhile.
            (false, true) => 1,
            (false, false) => {
                assert_eq!(wakes.count(), 1);
                assert!(drain.poll(&mut cx).is_ready());
                2
            }
            (true, false) => panic!("nobody is left"),
        }
    });
}

#[test]
fn a_strict_drop_against_the_end_of_the_poll() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (child, task, log, _) = begun(false);
        let polling = polled(task);
        drop(child.strict());
        assert_eq!(log.count(DROPS), 1);
        drop(polling.join().unwrap());
        log.count(BY_PARENT)
    });
}

#[test]
fn the_drop_of_the_task_against_the_drop_of_the_parent() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (child, task, log, _) = begun(false);
        let losing = thread::spawn(move || drop(task));
        drop(child);
        losing.join().unwrap();
        assert_eq!((log.count(POLLS), log.count(DROPS)), (0, 1));
        log.count(BY_PARENT)
    });
}

#[test]
fn the_drop_of_the_task_against_a_poll_of_the_parent() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (child, task, log, first) = begun(false);
        let mut child = child.outcome();
        let losing = thread::spawn(move || drop(task));
        let (second, waker) = Wakes::new();
        let at_once = poll(&mut child, &waker);
        if at_once.is_ready() {
            assert_eq!(log.count(DROPS), 1);
        }
        losing.join().unwrap();
        let outcome = match at_once {
            Poll::Ready(outcome) => {
                assert!(outcome.is_cancelled());
                0
            }
            Poll::Pending => {
                assert_eq!((first.count(), second.count()), (0, 1));
                assert!(matches!(poll(&mut child, &waker), Poll::Ready(Outcome::Cancelled(_))));
                1
            }
        };
        assert_eq!(log.count(BY_PARENT), 0);
        outcome
    });
}

#[test]
fn two_strict_drops_of_each_other() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    loom::model(|| {
        // Each is dropped inside the poll of the other, if both are inside.
        type Place = Arc<Mutex<Option<Remote<()>>>>;
        let places: [Place; 2] = Default::default();
        let tasks = [0, 1].map(|own| {
            let rt = ByHand::new();
            let other = places[1 - own].clone();
            let child = poll_fn(move |_| {
                let dropped = other.lock().unwrap().take();
                drop(dropped);
                Poll::Pending
            });
            let mut child = remote(&rt, child).strict();
            assert!(poll(&mut child, Waker::noop()).is_pending());
            *places[own].lock().unwrap() = Some(child);
            rt.task()
        });
        let polling = tasks.map(polled);
        let ended = polling.map(|polling| polling.join().unwrap().1);
        SEEN[usize::from(ended == [true, true])].fetch_add(1, Relaxed);
    });
    assert!(SEEN.iter().all(|seen| seen.load(Relaxed) > 0));
}
