//! Every interleaving of a cancellation with what others do meanwhile.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

extern crate std;

use super::*;
use crate::sync::models::{Wakes, model, step};
use alloc::sync::Arc;
use core::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicUsize as Plain, Ordering::Relaxed},
    task::{Context, Poll, Waker},
};
use loom::{sync::atomic::AtomicUsize, thread};

fn poll(wait: &mut WhenCancelled, waker: &Waker) -> Poll<crate::Cancelled> {
    Pin::new(wait).poll(&mut Context::from_waker(waker))
}

/// Who comes to wait either sees the reason, or is woken.
#[test]
fn a_cancellation_against_a_wait() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let token = CancelToken::new();
        let (wakes, waker) = Wakes::new();
        let written = Arc::new(AtomicUsize::new(0));
        let mut wait = token.cancelled();
        let other = thread::spawn({
            let written = written.clone();
            move || {
                written.store(1, Relaxed);
                assert!(token.cancel("now"));
            }
        });
        if poll(&mut wait, &waker).is_ready() {
            assert_eq!(written.load(Relaxed), 1, "what the canceller did before is visible");
            other.join().unwrap();
            assert_eq!(wakes.count(), 0);
            return 0;
        }
        other.join().unwrap();
        assert_eq!(wakes.count(), 1);
        assert_eq!(poll(&mut wait, &waker), Poll::Ready(crate::Cancelled::new("now".into())));
        1
    });
}

/// A wait whose waker changes is woken by the last one, unless it saw the reason.
#[test]
fn a_cancellation_against_a_change_of_the_waker() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let token = CancelToken::new();
        let [(first, waker), (last, other_waker)] = [Wakes::new(), Wakes::new()];
        let mut wait = token.cancelled();
        assert!(poll(&mut wait, &waker).is_pending());
        let other = thread::spawn(move || token.cancel("now"));
        let polled = poll(&mut wait, &other_waker);
        other.join().unwrap();
        match (polled.is_ready(), first.count(), last.count()) {
            (false, 0, 1) => 0,
            // Woken first, or gone from its seat first.
            (true, 1, 0) => 1,
            (true, 0, 0) => 2,
            other => panic!("{other:?}"),
        }
    });
}

/// A waiter that is dropped is woken or not, and its waker is kept by nobody.
#[test]
fn a_cancellation_against_the_drop_of_a_waiter() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let token = CancelToken::new();
        let [(stays, waker), (goes, leaving)] = [Wakes::new(), Wakes::new()];
        let mut wait = token.cancelled();
        let mut dropped = token.cancelled();
        assert!(poll(&mut dropped, &leaving).is_pending());
        assert!(poll(&mut wait, &waker).is_pending());
        drop(leaving);
        let other = thread::spawn(move || token.cancel("now"));
        drop(dropped);
        other.join().unwrap();
        assert_eq!(stays.count(), 1);
        assert_eq!(Arc::strong_count(&goes), 1);
        goes.count()
    });
}

/// A child that is made meanwhile is cancelled, whether it was there in time or not.
#[test]
fn a_cancellation_against_the_making_of_a_child() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let other = thread::spawn({
            let top = top.clone();
            move || top.cancel("now")
        });
        let child = top.child();
        let born = child.is_cancelled();
        assert!(!top.is_cancelled() || child.is_cancelled());
        other.join().unwrap();
        assert_eq!(child.reason(), Some("now".into()));
        usize::from(born)
    });
}

/// Two cancel: one is the first, and whoever returns finds all below cancelled.
#[test]
fn a_cancellation_against_another() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let child = top.child();
        let other = thread::spawn({
            let (top, child) = (top.clone(), child.clone());
            move || {
                let first = top.cancel("one");
                assert!(child.is_cancelled());
                first
            }
        });
        let first = top.cancel("two");
        assert!(child.is_cancelled());
        assert_ne!(first, other.join().unwrap());
        let reason = if first { "two" } else { "one" };
        assert_eq!(top.reason(), Some(reason.into()));
        assert_eq!(child.reason(), Some(reason.into()));
        usize::from(first)
    });
}

/// A child's own cancellation and its parent's: one reason for the child and what is below it.
#[test]
fn a_cancellation_against_that_of_a_child() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let child = top.child();
        let below = child.child();
        let other = thread::spawn({
            let child = child.clone();
            move || child.cancel("its own")
        });
        assert!(top.cancel("from the top"));
        assert!(child.is_cancelled() && below.is_cancelled());
        let own = other.join().unwrap();
        assert_eq!(child.reason(), Some(if own { "its own" } else { "from the top" }.into()));
        assert_eq!(below.reason(), child.reason());
        assert_eq!(top.reason(), Some("from the top".into()));
        usize::from(own)
    });
}

/// Whoever sees a token cancelled finds those below it cancelled, in the midst of it.
#[test]
fn a_cancellation_against_who_looks() {
    static SEEN: [Plain; 4] = [const { Plain::new(0) }; 4];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let middle = top.child();
        let below = middle.child();
        let other = thread::spawn({
            let top = top.clone();
            move || {
                top.cancel("now");
                step();
            }
        });
        step();
        let seen = [&top, &middle, &below].map(CancelToken::is_cancelled);
        assert!(seen.is_sorted(), "from the top down: {seen:?}");
        assert!(!below.is_cancelled() || below.reason().is_some());
        other.join().unwrap();
        seen.into_iter().filter(|seen| *seen).count()
    });
}

/// The last of a child goes while its parent is cancelled, and its place is used again.
#[test]
fn a_cancellation_against_the_drop_of_a_child() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let middle = top.child();
        let child = middle.child();
        let gone = Arc::new(AtomicUsize::new(0));
        let other = thread::spawn({
            let gone = gone.clone();
            move || {
                let cancelled = child.is_cancelled();
                drop(child);
                gone.store(1, Relaxed);
                cancelled
            }
        });
        assert!(middle.cancel("now"));
        // In the places of the child and of the one in the middle.
        let late = [top.child(), top.child()];
        let gone = gone.load(Relaxed) == 1;
        let cancelled = other.join().unwrap();
        assert_eq!((top.0.places(), top.0.room()), (3, 3));
        assert!(top.cancel("all"));
        assert!(late.iter().all(|token| token.reason() == Some("all".into())));
        match (cancelled, gone) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    });
}

/// Two children go at once, of a parent that is there for them only.
#[test]
fn the_drop_of_a_child_against_that_of_another() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let top = CancelToken::new();
        let middle = top.child();
        let [one, two] = [middle.child(), middle.child()];
        drop(middle);
        assert_eq!(top.0.places(), 4);
        let other = thread::spawn(move || drop(one));
        let places = top.0.places();
        drop(two);
        other.join().unwrap();
        assert_eq!(top.0.places(), 1);
        usize::from(places == 2)
    });
}
