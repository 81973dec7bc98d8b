#![expect(unsafe_code, reason = "docs/unsafe.md, U17: each test is both ends")]

use super::{Closed, Ends, Room, Said, Stage, Told};
use crate::sync::Arc;
use core::{
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

/// Two ends that share nothing.
fn ends<W>() -> Ends<W, ()> {
    Ends::new(Room::of::<()>(), ())
}

fn poll(ends: &Ends<u8, ()>) -> Poll<u8> {
    let mut cx = Context::from_waker(Waker::noop());
    // SAFETY: the test is the other end, and has not left.
    unsafe { ends.poll(&mut cx, |word| *word) }
}

/// Says a word, which the driver stays for.
fn say<W>(ends: &Ends<W, ()>, word: W) -> Told<W> {
    // SAFETY: the test is the driver, and has said nothing.
    unsafe { ends.put(word) };
    // SAFETY: as above.
    unsafe { ends.say() }
}

fn close<W>(ends: &Ends<W, ()>) -> Closed<W> {
    // SAFETY: the test is the other end, has not left, and has not taken the word.
    unsafe { Ends::close(NonNull::from(ends)) }
}

#[test]
fn what_was_said_is_heard_as_often_as_one_likes() {
    let ends = ends();
    assert_eq!(poll(&ends), Poll::Pending);
    assert!(!ends.stage().is_said());
    assert!(matches!(say(&ends, 7), Told::Heard(Some(_))), "the other end waits");
    assert!(ends.stage().is_said());
    assert_eq!(poll(&ends), Poll::Ready(7));
    assert_eq!(poll(&ends), Poll::Ready(7));
}

#[test]
fn nobody_is_woken_who_does_not_wait() {
    let ends = ends();
    assert!(!ends.stage().is_awaited());
    assert!(matches!(say(&ends, 7), Told::Heard(None)));
    assert!(matches!(Stage::new().say(), Said::Heard { awaited: false }));
}

#[test]
fn a_driver_leaves_with_its_word_if_there_is_no_more_to_do() {
    let ends = ends();
    // SAFETY: the test is the driver, and has said nothing.
    unsafe { ends.put(7) };
    assert!(ends.stage().say_and_leave());
    assert_eq!(poll(&ends), Poll::Ready(7));
    assert!(!ends.stage().ask(), "there is nobody to ask");
    assert!(matches!(close(&ends), Closed::Said(7)));
    assert!(ends.stage().other_leaves(), "it is the second");
}

#[test]
fn a_driver_stays_for_who_waits_or_asks() {
    let (awaited, asked) = (ends(), ends());
    assert_eq!(poll(&awaited), Poll::Pending);
    assert!(asked.stage().ask());
    for ends in [awaited, asked] {
        assert!(!ends.stage().say_and_leave());
        assert!(matches!(say(&ends, 7), Told::Heard(_)));
        assert!(matches!(close(&ends), Closed::Said(7)));
        assert!(!ends.stage().other_leaves());
        assert!(ends.stage().driver_leaves(), "it is the second");
    }
}

#[test]
fn what_nobody_hears_is_returned_to_who_said_it() {
    let ends = ends();
    assert_eq!(poll(&ends), Poll::Pending);
    assert!(matches!(close(&ends), Closed::Unsaid(Some(_))), "it waits no more");
    assert!(!ends.stage().say_and_leave());
    assert!(matches!(say(&ends, 7), Told::Unheard(7)));
    assert!(ends.stage().driver_leaves(), "it is the second");
}

#[test]
fn what_was_not_heard_is_dropped_once() {
    let word = Arc::new(());
    let (left, dropped) = (ends(), ends());
    for ends in [&left, &dropped] {
        assert!(matches!(say(ends, word.clone()), Told::Heard(None)));
    }
    let Closed::Said(unheard) = close(&left) else { panic!("it was said") };
    drop((unheard, left, dropped));
    assert_eq!(Arc::strong_count(&word), 1);
}
