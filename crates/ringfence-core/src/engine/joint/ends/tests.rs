#![expect(unsafe_code, reason = "docs/unsafe.md, U17: each test is both ends")]

use super::{Closed, Ends, Said, Stage, Told};
use core::{
    ptr::{self, NonNull},
    task::{RawWaker, RawWakerVTable, Waker},
};

/// Two ends that share nothing.
fn ends() -> Ends<()> {
    Ends::new(0, 0, ())
}

fn listen(ends: &Ends<()>, listener: &Waker) -> bool {
    // SAFETY: the test is the other end, and has not left.
    unsafe { ends.listen(listener) }
}

/// Says a word, which the driver stays for.
fn say(ends: &Ends<()>) -> Told {
    // SAFETY: the test is the driver, and has said nothing.
    unsafe { ends.say() }
}

fn close(ends: &Ends<()>) -> Closed {
    // SAFETY: the test is the other end, and has not left.
    unsafe { Ends::close(NonNull::from(ends)) }
}

/// A waker that is no other.
fn waker(number: usize) -> Waker {
    static NONE: RawWakerVTable =
        RawWakerVTable::new(|data| RawWaker::new(data, &NONE), |_| (), |_| (), |_| ());
    // SAFETY: it does nothing.
    unsafe { Waker::new(ptr::without_provenance(number), &NONE) }
}

#[test]
fn who_listens_is_told_to_whoever_says_the_word() {
    let ends = ends();
    assert!(listen(&ends, &waker(1)));
    assert!(!ends.stage().is_said());
    assert!(matches!(say(&ends), Told::Heard(Some(waiter)) if waiter.will_wake(&waker(1))));
    assert!(ends.stage().is_said());
    assert!(!listen(&ends, &waker(1)), "it was said");
}

#[test]
fn who_comes_with_another_waker_is_woken_by_that() {
    let ends = ends();
    for number in [1, 1, 2] {
        assert!(listen(&ends, &waker(number)));
    }
    assert!(matches!(say(&ends), Told::Heard(Some(waiter)) if waiter.will_wake(&waker(2))));
}

#[test]
fn nobody_is_woken_who_does_not_listen() {
    assert!(matches!(say(&ends()), Told::Heard(None)));
    assert!(matches!(Stage::new().say(), Said::Heard { awaited: false }));
}

#[test]
fn a_driver_leaves_with_its_word_if_there_is_no_more_to_do() {
    let ends = ends();
    assert!(ends.stage().say_and_leave());
    assert!(!listen(&ends, Waker::noop()), "it was said");
    assert!(!ends.stage().ask(), "there is nobody to ask");
    assert!(matches!(close(&ends), Closed::Said));
    assert!(ends.stage().other_leaves(), "it is the second");
}

#[test]
fn a_driver_stays_for_who_listens_or_asks() {
    let (awaited, asked) = (ends(), ends());
    assert!(listen(&awaited, Waker::noop()));
    assert!(asked.stage().ask());
    for ends in [awaited, asked] {
        assert!(!ends.stage().say_and_leave());
        assert!(matches!(say(&ends), Told::Heard(_)));
        assert!(matches!(close(&ends), Closed::Said));
        assert!(!ends.stage().other_leaves());
        assert!(ends.stage().driver_leaves(), "it is the second");
    }
}

#[test]
fn what_nobody_hears_is_for_who_said_it() {
    let ends = ends();
    assert!(listen(&ends, Waker::noop()));
    assert!(matches!(close(&ends), Closed::Unsaid(Some(_))), "it listens no more");
    assert!(!ends.stage().say_and_leave());
    assert!(matches!(say(&ends), Told::Unheard));
    assert!(ends.stage().driver_leaves(), "it is the second");
}
