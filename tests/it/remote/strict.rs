//! Drops that wait for the poll in progress.

use super::{Last, Parent, Threads, begin_one, busy};
use ringfence_core::{Remote, race, remote};
use ringfence_test::{Tally, poll_once};
use std::{
    future::{poll_fn, ready},
    pin::Pin,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Poll, Waker},
    thread,
};

// rule: remote-strict
#[test]
fn a_strict_drop_returns_when_the_child_has_been_dropped() {
    for last in [Last::Pends, Last::Returns, Last::Panics, Last::PanicsWhenDropped] {
        let (child, busy) = busy(last);
        let mut child = child.strict();
        assert!(poll_once(Pin::new(&mut child), Waker::noop()).is_pending());
        thread::scope(|threads| {
            threads.spawn(|| busy.let_out());
            // It may have come out before, and then be dropped right here: with its panic, if any.
            let dropped = crate::verbs::caught(|| drop(child));
            assert!(busy.is_dropped());
            assert!(dropped.is_ok() || last == Last::PanicsWhenDropped);
        });
    }
}

// rule: remote-strict
#[test]
fn a_strict_child_that_loses_has_gone_when_the_race_is_polled_and_its_panic_is_resumed() {
    begin_one();
    let (child, busy) = busy(Last::Panics);
    let lost = AtomicBool::new(false);
    let winner = poll_fn(|_| {
        lost.store(true, Ordering::Release);
        Poll::Ready(Ok(1))
    });
    let mut racing = Parent::new(race((child.strict(), winner)));
    thread::scope(|threads| {
        threads.spawn(|| {
            while !lost.load(Ordering::Acquire) {
                thread::yield_now();
            }
            busy.let_out();
        });
        let polled = crate::verbs::caught(|| racing.poll());
        assert_eq!(polled.unwrap_err(), "in its last poll");
    });
}

// rule: remote-strict
#[test]
fn a_strict_drop_of_a_child_between_two_polls_does_not_wait() {
    let rt = super::ByHand::default();
    let mut child = remote(&rt, std::future::pending::<()>()).strict();
    assert!(poll_once(Pin::new(&mut child), Waker::noop()).is_pending());
    assert!(rt.poll(0).is_pending());
    drop(child);
    assert!(rt.poll(0).is_ready());
}

/// Who is to drop whom.
type Place = Arc<Mutex<Option<Remote<()>>>>;

// rule: remote-strict-circle
#[test]
fn two_children_that_drop_each_other_inside_their_polls_do_not_wait_for_ever() {
    for _ in 0..50 {
        let tally = Tally::new();
        let places: [Place; 2] = Default::default();
        let both_inside = Arc::new(Barrier::new(2));
        let (ended, ends) = mpsc::channel();
        for (own, other) in [(0, 1), (1, 0)] {
            let (alive, inside, ended) = (tally.count(()), both_inside.clone(), ended.clone());
            let place = places[other].clone();
            let child = remote(&Threads, async move {
                let _alive = alive;
                inside.wait();
                let other = place.lock().unwrap().take();
                drop(other);
                ended.send(()).unwrap();
                ready(()).await;
            });
            *places[own].lock().unwrap() = Some(child.strict());
        }
        // Both are begun before either may go on, since they wait for each other inside.
        for place in &places {
            if let Some(child) = place.lock().unwrap().as_mut() {
                assert!(poll_once(Pin::new(child), Waker::noop()).is_pending());
            }
        }
        ends.recv().unwrap();
        ends.recv().unwrap();
        while tally.alive() > 0 {
            thread::yield_now();
        }
        tally.assert_all_dropped_once();
    }
}

// rule: remote-strict
#[test]
fn a_chain_of_strict_drops_waits_from_end_to_end() {
    let tally = Tally::new();
    let (inside, entered) = mpsc::channel();
    let (out, may_go) = mpsc::channel::<()>();
    let deepest = tally.count(());
    let (begun, inner_inside) = mpsc::channel();
    let inner = remote(&Threads, async move {
        let _alive = deepest;
        begun.send(()).unwrap();
        may_go.recv().unwrap();
        std::future::pending::<()>().await;
    });
    let mut inner = inner.strict();
    let alive = tally.count(());
    let outer = remote(&Threads, async move {
        let _alive = alive;
        let _ = poll_fn(|cx| Poll::Ready(Pin::new(&mut inner).poll(cx))).await;
        inner_inside.recv().unwrap();
        inside.send(()).unwrap();
        // It waits for the inner one inside of its own poll.
        drop(inner);
    });
    let mut outer = outer.strict();
    assert!(poll_once(Pin::new(&mut outer), Waker::noop()).is_pending());
    entered.recv().unwrap();
    thread::scope(|threads| {
        threads.spawn(|| out.send(()).unwrap());
        drop(outer);
        tally.assert_all_dropped_once();
    });
}
