//! A child that is inside of its poll, on another thread, when its verb is decided.

use super::{Output, Threads};
use crate::verbs::caught;
use ringfence_core::{
    block_on, gather, race,
    rt::{Refused, Spawn, Task},
    settle, try_gather,
};
use ringfence_test::{Counted, HookedWaker, Probe, Tally, poll_once};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Barrier, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

/// What the busy child does at the end of its only poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Pends,
    Returns,
    Panics,
}

/// Stays inside of its poll until the test lets it out.
struct Busy {
    inside: Sender<()>,
    may_go: Receiver<()>,
    last: Last,
    #[expect(dead_code, reason = "it is there for its drop")]
    alive: Counted<()>,
}

impl Future for Busy {
    type Output = Output;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Output> {
        self.inside.send(()).expect("it is polled once only");
        self.may_go.recv().unwrap();
        match self.last {
            Last::Pends => Poll::Pending,
            Last::Returns => Poll::Ready(Ok(0)),
            Last::Panics => panic!("in its last poll"),
        }
    }
}

type Child = Pin<Box<dyn Future<Output = Output> + Send>>;

/// Runs a verb of a busy child and one that decides; returns what it says, once both have gone.
///
/// # Panics
///
/// If the verb resolves before the busy child has gone.
fn decided<F: Future>(last: Last, ends: Output, verb: impl FnOnce([Child; 2]) -> F) -> F::Output {
    let (tally, decides) = (Tally::new(), Probe::pending());
    let (inside, entered) = channel();
    let (out, may_go) = channel();
    let busy = Busy { inside, may_go, last, alive: tally.count(()) };
    let decider = decides.controller();
    let mut verb = Box::pin(verb([Box::pin(busy), Box::pin(decides)]));
    let (wake, woken) = channel();
    let waker: Waker =
        HookedWaker::new().on_wake(move || wake.send(()).unwrap_or_default()).into_waker();

    assert!(poll_once(verb.as_mut(), &waker).is_pending());
    entered.recv().unwrap();
    decider.complete(ends);
    // The parent hears of the end, and waits for the other.
    woken.recv().unwrap();
    assert!(decider.is_dropped());
    for _ in 0..3 {
        assert!(poll_once(verb.as_mut(), &waker).is_pending(), "a child is left inside a poll");
    }
    assert_eq!(tally.alive(), 1);
    out.send(()).unwrap();
    loop {
        woken.recv().unwrap();
        if let Poll::Ready(output) = poll_once(verb.as_mut(), &waker) {
            assert_eq!(tally.alive(), 0);
            return output;
        }
    }
}

// rule: on-drained
// rule: promise-await
#[test]
fn a_failure_waits_for_a_sibling_inside_its_poll() {
    let tasks = decided(Last::Pends, Err("first"), |c| try_gather(c).on(&Threads));
    let tuple = decided(Last::Pends, Err("first"), |[a, b]| try_gather((a, b)).on(&Threads));
    let returns = decided(Last::Returns, Err("first"), |c| try_gather(c).on(&Threads));
    assert_eq!((tasks, tuple, returns), (Err("first"), Err("first"), Err("first")));
}

// rule: sharded-drained
// rule: promise-await
#[test]
fn a_failure_waits_for_a_sibling_inside_its_poll_on_another_shard() {
    for last in [Last::Pends, Last::Returns] {
        let failed = decided(last, Err("first"), |c| try_gather(c).on(&Threads).sharded(2));
        assert_eq!(failed, Err("first"));
        let won = decided(last, Ok(1), |c| race(c).on(&Threads).sharded(2));
        assert_eq!(won, Ok(1));
    }
}

// rule: on-drained
// rule: sharded-drained
#[test]
fn a_panic_in_the_last_poll_of_a_loser_is_resumed() {
    let race_of = |c| race(c).on(&Threads);
    let tasks = caught(|| decided(Last::Panics, Ok(1), race_of));
    let shards = caught(|| decided(Last::Panics, Ok(1), |c| race(c).on(&Threads).sharded(2)));
    assert_eq!(tasks.unwrap_err(), "in its last poll");
    assert_eq!(shards.unwrap_err(), "in its last poll");
}

/// A runtime of one thread, which is inside a poll when `spawn` returns. It panics when it is given
/// another task.
#[derive(Clone)]
struct OneThread(Arc<Mutex<Option<Receiver<()>>>>);

impl Spawn for OneThread {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        let entered = self.0.lock().unwrap().take();
        let entered = entered.unwrap_or_else(|| panic!("there is no other thread"));
        Threads.spawn(task)?;
        entered.recv().unwrap();
        Ok(())
    }
}

// rule: on-drained
// rule: sharded-drained
#[test]
fn a_panic_of_the_runtime_waits_for_a_child_inside_its_poll() {
    fn waits<F: Future>(verb: impl FnOnce([Child; 2], OneThread) -> F) {
        let tally = Tally::new();
        let (inside, entered) = channel();
        let (out, may_go) = channel();
        let busy = Busy { inside, may_go, last: Last::Pends, alive: tally.count(()) };
        let rt = OneThread(Arc::new(Mutex::new(Some(entered))));
        let mut verb = Box::pin(verb([Box::pin(busy), Box::pin(Probe::pending())], rt));
        let (wake, woken) = channel();
        let waker: Waker =
            HookedWaker::new().on_wake(move || wake.send(()).unwrap_or_default()).into_waker();

        for _ in 0..3 {
            assert!(poll_once(verb.as_mut(), &waker).is_pending(), "a child is left inside a poll");
        }
        assert_eq!(tally.alive(), 1);
        out.send(()).unwrap();
        let panicked = caught(|| {
            while poll_once(verb.as_mut(), &waker).is_pending() {
                woken.recv().unwrap();
            }
        });
        assert_eq!(panicked.unwrap_err(), "there is no other thread");
        assert_eq!(tally.alive(), 0);
    }
    waits(|c, rt| gather(c).on(&rt));
    waits(|c, rt| gather(c).on(&rt).sharded(2));
    waits(|c, rt| settle(c).on(&rt).sharded(2));
}

// rule: promise-drop
#[test]
fn on_a_shard_no_poll_begins_once_the_verb_is_dropped() {
    let (inside, entered) = channel();
    let (out, may_go) = channel();
    let tally = Tally::new();
    let busy = Busy { inside, may_go, last: Last::Pends, alive: tally.count(()) };
    // Both are with one shard, whose poll would go on to the second.
    let next = Probe::<Output>::pending();
    let control = next.controller();
    let children: [Child; 2] = [Box::pin(busy), Box::pin(next)];
    let mut verb = Box::pin(gather(children).on(&Threads).sharded(1));
    assert!(poll_once(verb.as_mut(), Waker::noop()).is_pending());
    entered.recv().unwrap();
    drop(verb);
    assert_eq!((control.polls(), tally.alive()), (0, 1));
    out.send(()).unwrap();
    // Nobody is told of it.
    while tally.alive() > 0 || !control.is_dropped() {
        std::thread::yield_now();
    }
    assert_eq!(control.polls(), 0);
    control.assert_sound();
}

// rule: on-parallel
// rule: sharded-parallel
#[test]
fn children_run_in_parallel() {
    // Each blocks until all are inside of their polls.
    let meet = |len: usize| {
        let barrier = std::sync::Arc::new(Barrier::new(len));
        (0..len).map(move |n| {
            let barrier = barrier.clone();
            async move {
                barrier.wait();
                n
            }
        })
    };
    assert_eq!(block_on(gather(meet(4)).on(&Threads)), [0, 1, 2, 3]);
    assert_eq!(block_on(gather(meet(4)).on(&Threads).sharded(4)), [0, 1, 2, 3]);
    assert_eq!(block_on(gather(meet(3)).limit(3).on(&Threads).sharded(3)), [0, 1, 2]);
}

// rule: on-drained
// rule: sharded-drained
#[test]
fn a_deadline_waits_for_those_inside_their_polls() {
    let (inside, entered) = channel();
    let (out, may_go) = channel();
    let tally = Tally::new();
    let mut busy = Some(Busy { inside, may_go, last: Last::Pends, alive: tally.count(()) });
    let rt = ringfence_test::TestRuntime::new(1);
    let children: [Child; 1] = [Box::pin(busy.take().unwrap())];
    let cut = settle(children).timeout(Duration::from_secs(1)).on(&Threads).sharded(1);
    let mut cut = Box::pin(ringfence_core::rt::with_runtime(rt.clone(), cut));
    let (wake, woken) = channel();
    let waker = HookedWaker::new().on_wake(move || wake.send(()).unwrap_or_default()).into_waker();
    assert!(poll_once(cut.as_mut(), &waker).is_pending());
    entered.recv().unwrap();
    rt.clock().advance(Duration::from_secs(2));
    woken.recv().unwrap();
    assert!(poll_once(cut.as_mut(), &waker).is_pending());
    assert_eq!(tally.alive(), 1);
    out.send(()).unwrap();
    woken.recv().unwrap();
    let Poll::Ready([end]) = poll_once(cut.as_mut(), &waker) else { panic!("it has gone") };
    assert!(end.is_cancelled());
    tally.assert_all_dropped_once();
}
