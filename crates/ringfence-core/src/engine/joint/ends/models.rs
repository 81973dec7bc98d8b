//! Every interleaving of what a driver says with what the other end does.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

#![expect(unsafe_code, reason = "docs/unsafe.md, U18: one thread is the driver, one the other end")]

extern crate std;

use super::{Closed, Ends, Told};
use crate::sync::{
    Lock,
    atomic::{AtomicBool, Ordering},
    models::{Wakes, model},
};
use alloc::{boxed::Box, sync::Arc};
use core::{
    ptr::NonNull,
    sync::atomic::AtomicUsize as Plain,
    task::{Poll, Waker},
};
use loom::{cell::UnsafeCell, thread};

/// A word on the heap, so that loom sees one that is lost.
type Word = Box<u8>;

/// Two ends, and beside them what tells loom of who comes too early or too late.
struct Shared {
    ends: Ends<()>,
    /// The driver's until it was said, and the other end's from then on.
    word: UnsafeCell<Option<Word>>,
    /// There until both have left.
    joint: UnsafeCell<u8>,
    /// There until the driver has left.
    scope: UnsafeCell<u8>,
    /// Held by who asks, until it has what it has asked for.
    asking: Lock<()>,
    /// Whether there is that lock, which is made by who asks, and before.
    has_lock: AtomicBool,
}

impl Shared {
    /// This end is the second, and has it all.
    fn free(&self) {
        self.joint.with_mut(|_| ());
    }

    /// This end is still there.
    fn touch(&self) {
        self.joint.with(|_| ());
    }

    /// Lends the word to whose it is.
    fn with_word<R>(&self, f: impl FnOnce(&mut Option<Word>) -> R) -> R {
        // SAFETY: loom fails if two have it at once, or one after the other without order.
        self.word.with_mut(|word| f(unsafe { &mut *word }))
    }
}

/// What a driver has come to.
struct Driven {
    unheard: Option<Word>,
    is_last: bool,
}

/// Two ends, of which another thread is the driver, says 7, and leaves.
fn said() -> (Arc<Shared>, thread::JoinHandle<Driven>) {
    let shared = Arc::new(Shared {
        ends: Ends::new(0, 0, ()),
        word: UnsafeCell::new(None),
        joint: UnsafeCell::new(0),
        scope: UnsafeCell::new(0),
        asking: Lock::new(()),
        has_lock: AtomicBool::new(false),
    });
    let theirs = shared.clone();
    let driver = thread::spawn(move || {
        theirs.touch();
        theirs.with_word(|word| *word = Some(Box::new(7)));
        if theirs.ends.stage().say_and_leave() {
            theirs.scope.with_mut(|_| ());
            return Driven { unheard: None, is_last: false };
        }
        // SAFETY: this thread is the driver, and has said nothing.
        let unheard = match unsafe { theirs.ends.say() } {
            Told::Heard(waiter) => {
                // Relaxed: it is there for who was asked, by the stage.
                if theirs.has_lock.load(Ordering::Relaxed) {
                    theirs.asking.with(|()| ());
                }
                waiter.into_iter().for_each(Waker::wake);
                None
            }
            Told::Unheard => theirs.with_word(Option::take),
        };
        theirs.touch();
        let is_last = theirs.ends.stage().driver_leaves();
        if is_last {
            theirs.free();
        }
        theirs.scope.with_mut(|_| ());
        Driven { unheard, is_last }
    });
    (shared, driver)
}

fn poll(shared: &Shared, waker: &Waker) -> Poll<u8> {
    // SAFETY: the caller is the thread that listens, and has not left.
    if !shared.ends.stage().is_said() && unsafe { shared.ends.listen(waker) } {
        return Poll::Pending;
    }
    Poll::Ready(shared.with_word(|word| **word.as_ref().expect("it was said")))
}

/// The other end leaves. Returns the word, if it was said, and whether this is the second.
fn leave(shared: &Shared) -> (Option<Word>, bool) {
    shared.touch();
    // SAFETY: the caller is the other end, and has not left.
    match unsafe { Ends::close(NonNull::from(&shared.ends)) } {
        Closed::Unsaid(_listener) => (None, false),
        Closed::Said => {
            let word = shared.with_word(Option::take);
            let is_last = shared.ends.stage().other_leaves();
            if is_last {
                shared.free();
            }
            (word, is_last)
        }
    }
}

/// Asserts that there is one word, and one end that is the second.
fn assert_one_of_each(word: Option<&Word>, is_last: bool, driven: &Driven) {
    assert_ne!(word.is_some(), driven.unheard.is_some(), "there is one word");
    assert_ne!(is_last, driven.is_last, "one is the second");
}

/// The word is there, or its listener is woken for it, whichever waker it came with last.
#[test]
fn a_word_against_who_waits_for_it() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (shared, driver) = said();
        let (first, waker) = Wakes::new();
        let (second, other) = Wakes::new();
        let polls = [&waker, &other].map(|waker| poll(&shared, waker).is_ready());
        assert!(driver.join().unwrap().unheard.is_none(), "there is somebody to hear it");
        assert_eq!(poll(&shared, &waker), Poll::Ready(7));
        match polls {
            [true, again] => {
                assert!(again, "it is said once and for all");
                0
            }
            [false, true] => 1,
            [false, false] => {
                assert_eq!(second.count(), 1, "who waits is woken");
                assert_eq!(first.count(), 0, "and nobody else is");
                2
            }
        }
    });
}

/// A word is the other end's or the driver's, nobody keeps a waker of who has left, and one end is
/// the second: it comes after all that the first has done.
#[test]
fn a_word_against_who_waits_and_leaves() {
    static SEEN: [Plain; 4] = [const { Plain::new(0) }; 4];
    model(None, &SEEN, || {
        let (shared, driver) = said();
        let (wakes, waker) = Wakes::new();
        let heard = poll(&shared, &waker).is_ready();
        let (word, is_last) = leave(&shared);
        assert_one_of_each(word.as_ref(), is_last, &driver.join().unwrap());
        drop(waker);
        assert_eq!(Arc::strong_count(&wakes), 1, "nobody keeps the waker");
        match (heard, word.is_some()) {
            (true, said) => {
                assert!(said);
                0
            }
            (false, true) if is_last => 1,
            (false, true) => 2,
            (false, false) => 3,
        }
    });
}

/// As above, of an end that never waited: the driver may leave with its word.
#[test]
fn a_word_against_who_leaves() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (shared, driver) = said();
        let (word, is_last) = leave(&shared);
        assert_one_of_each(word.as_ref(), is_last, &driver.join().unwrap());
        usize::from(word.is_some())
    });
}

/// Who was asked in time is there until who asks has what it has asked for.
#[test]
fn a_word_against_who_asks() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (shared, driver) = said();
        // Relaxed: as in `said`.
        shared.has_lock.store(true, Ordering::Relaxed);
        let asked = shared.asking.with(|()| {
            let asked = shared.ends.stage().ask();
            if asked {
                shared.scope.with(|_| ());
            }
            asked
        });
        let (word, is_last) = leave(&shared);
        assert_one_of_each(word.as_ref(), is_last, &driver.join().unwrap());
        usize::from(asked)
    });
}
