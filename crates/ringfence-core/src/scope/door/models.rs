//! Every interleaving of a spawn from another thread with what the scope's future does meanwhile.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

extern crate std;

use crate::{Handle, Outcome, ScopeError, SpawnError, scope, sync::models::model};
use alloc::sync::Arc;
use core::{
    future::{Future, pending, poll_fn, ready},
    pin::Pin,
    sync::atomic::{
        AtomicUsize as Plain,
        Ordering::{Relaxed, SeqCst},
    },
    task::{Context, Poll, Waker},
};
use loom::{
    future::block_on,
    sync::{Mutex, atomic::AtomicUsize},
    thread,
};

/// How many preemptions are tried; more would take minutes.
const BOUND: usize = 5;

/// What was done to a child.
#[derive(Default)]
struct Record {
    polls: Plain,
    drops: Plain,
}

/// A child that ends in its first poll, and keeps a record.
struct Child(Arc<Record>);

impl Future for Child {
    type Output = Result<u8, &'static str>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.polls.fetch_add(1, Relaxed);
        Poll::Ready(Ok(7))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.0.drops.fetch_add(1, Relaxed);
    }
}

type Spawned = Result<Handle<u8>, SpawnError<Child>>;

/// Runs a scope whose body returns `value` at once while another thread spawns a child; returns
/// what the scope came to, what became of the spawn, and how often the child was polled and dropped
/// by the end of the scope.
fn race(
    value: Result<u8, &'static str>,
) -> (Result<u8, ScopeError<&'static str>>, Spawned, [usize; 2]) {
    let record = Arc::new(Record::default());
    let (mut other, kept) = (None, record.clone());
    let scoped = scope(|s| {
        other = Some(thread::spawn(move || s.try_spawn(Child(kept))));
        ready(value)
    });
    let ended = block_on(scoped);
    let by_then = [record.polls.load(SeqCst), record.drops.load(SeqCst)];
    let spawned = other.expect("it was spawned by").join().unwrap();
    (ended, spawned, by_then)
}

/// A child is admitted, and ends before the scope does, or is given back; nothing in between.
#[test]
fn a_spawn_against_the_end_in_good_order() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(Some(BOUND), &SEEN, || {
        let (ended, spawned, by_then) = race(Ok(1));
        assert_eq!(ended.unwrap(), 1);
        match spawned {
            Ok(handle) => {
                assert_eq!(by_then, [1, 1], "it has ended before the scope");
                assert!(handle.is_finished());
                assert_eq!(block_on(handle), 7);
                0
            }
            Err(refused) => {
                assert!(matches!(refused, SpawnError::Closed(_)));
                assert_eq!(by_then, [0, 0], "nobody has touched it");
                1
            }
        }
    });
}

/// A child that comes when the scope fails is dropped before the scope ends, and its handle tells
/// so; or it is given back.
#[test]
fn a_spawn_against_a_failure() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(Some(BOUND), &SEEN, || {
        let (ended, spawned, by_then) = race(Err("down"));
        assert_eq!(ended.unwrap_err().into_group().unwrap().len(), 1);
        match spawned {
            Ok(handle) => {
                assert_eq!(by_then, [0, 1], "it was dropped before the scope has ended");
                let outcome = block_on(handle.outcome());
                assert!(matches!(outcome, Outcome::Cancelled(_)));
                0
            }
            Err(refused) => {
                assert!(matches!(refused, SpawnError::Cancelled(_)));
                assert_eq!(by_then, [0, 0], "nobody has touched it");
                1
            }
        }
    });
}

/// A scope that is about to wait, or waits, hears who has come.
#[test]
fn a_spawn_against_a_scope_that_waits() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(Some(BOUND), &SEEN, || {
        let polls = Arc::new(AtomicUsize::new(0));
        let waiting: Arc<Mutex<Option<Waker>>> = Arc::default();
        let counted = polls.clone();
        let mut other = None;
        let mut scoped = core::pin::pin!(scope(|s| {
            let woken = waiting.clone();
            let sent = Arc::new(AtomicUsize::new(0));
            let sender = sent.clone();
            other = Some(thread::spawn(move || {
                let child = async move {
                    sender.store(1, SeqCst);
                    let waker = woken.lock().unwrap().take();
                    waker.into_iter().for_each(Waker::wake);
                };
                drop(s.spawn(child));
            }));
            // The body waits for what only the child does.
            poll_fn(move |cx| {
                *waiting.lock().unwrap() = Some(cx.waker().clone());
                if sent.load(SeqCst) == 1 { Poll::Ready(Ok::<_, &str>(())) } else { Poll::Pending }
            })
        }));
        // If it did not hear, this would wait for ever.
        let ended = block_on(poll_fn(|cx| {
            counted.fetch_add(1, SeqCst);
            scoped.as_mut().poll(cx)
        }));
        assert!(ended.is_ok());
        other.expect("it was spawned by").join().unwrap();
        usize::from(polls.load(SeqCst) > 1)
    });
}

/// A scope whose door is being looked at, since somebody has rung, hears of a token that is asked for
/// meanwhile, and cancelled.
#[test]
fn a_cancellation_against_a_look_at_the_door() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(Some(BOUND), &SEEN, || {
        let polls = Arc::new(AtomicUsize::new(0));
        let counted = polls.clone();
        let mut other = None;
        let mut scoped = core::pin::pin!(scope(|s| {
            // Rings.
            drop(s.spawn(ready(())));
            other = Some(thread::spawn(move || s.cancel("enough")));
            pending::<Result<(), &str>>()
        }));
        // If it did not hear, this would wait for ever.
        let ended = block_on(poll_fn(|cx| {
            if counted.fetch_add(1, SeqCst) > 2 {
                // It looks again until the other thread has rung.
                thread::yield_now();
            }
            scoped.as_mut().poll(cx)
        }));
        assert!(ended.is_err());
        other.expect("it was spawned by").join().unwrap();
        usize::from(polls.load(SeqCst) > 1)
    });
}
