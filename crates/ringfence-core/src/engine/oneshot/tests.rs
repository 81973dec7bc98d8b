#![expect(unsafe_code, reason = "docs/unsafe.md, U17: each test is the speaker, and the listener")]

use super::Oneshot;
use crate::sync::Arc;
use core::task::{Context, Poll, Waker};

fn poll(oneshot: &Oneshot<u8>) -> Poll<u8> {
    let mut cx = Context::from_waker(Waker::noop());
    // SAFETY: the test is the listener, and has not left.
    unsafe { oneshot.poll(&mut cx, |word| *word) }
}

#[test]
fn what_was_said_is_heard_as_often_as_one_likes() {
    let oneshot = Oneshot::new();
    assert_eq!(poll(&oneshot), Poll::Pending);
    assert!(!oneshot.is_said());
    // SAFETY: the test is the speaker, and has said nothing.
    let waiter = unsafe { oneshot.say(7) };
    assert!(waiter.unwrap().is_some(), "the listener waits");
    assert!(oneshot.is_said());
    assert_eq!(poll(&oneshot), Poll::Ready(7));
    assert_eq!(poll(&oneshot), Poll::Ready(7));
}

#[test]
fn nobody_is_woken_who_does_not_wait() {
    let oneshot = Oneshot::new();
    // SAFETY: the test is the speaker, and has said nothing.
    assert!(unsafe { oneshot.say(7) }.unwrap().is_none());
}

#[test]
fn what_nobody_hears_is_returned_to_who_said_it() {
    let oneshot = Oneshot::new();
    assert_eq!(poll(&oneshot), Poll::Pending);
    // SAFETY: the test is the listener.
    let (word, waiter) = unsafe { oneshot.close() };
    assert!(word.is_none() && waiter.is_some());
    // SAFETY: the test is the speaker, and has said nothing.
    assert_eq!(unsafe { oneshot.say(7) }.unwrap_err(), 7);
    assert!(oneshot.is_said());
    // SAFETY: the test is the listener.
    let (word, waiter) = unsafe { oneshot.close() };
    assert!(word.is_none() && waiter.is_none(), "who has left hears nothing");
}

#[test]
fn what_was_not_heard_is_dropped_once() {
    let word = Arc::new(());
    let (left, dropped) = (Oneshot::new(), Oneshot::new());
    for oneshot in [&left, &dropped] {
        // SAFETY: the test is the speaker, and has said nothing.
        assert!(unsafe { oneshot.say(word.clone()) }.is_ok());
    }
    // SAFETY: the test is the listener.
    let (unheard, _) = unsafe { left.close() };
    assert!(unheard.is_some());
    drop((unheard, left, dropped));
    assert_eq!(Arc::strong_count(&word), 1);
}
