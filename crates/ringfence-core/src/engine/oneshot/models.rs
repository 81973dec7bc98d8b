//! Every interleaving of what is said with who listens.
//!
//! Each model asserts what must hold in all of them, and then that the outcomes of the race that
//! it is about were all seen.

#![expect(unsafe_code, reason = "docs/unsafe.md, U18: one thread is the speaker, one the listener")]

extern crate std;

use super::Oneshot;
use crate::sync::models::{Wakes, model};
use alloc::{boxed::Box, sync::Arc};
use core::{
    sync::atomic::AtomicUsize as Plain,
    task::{Context, Poll, Waker},
};
use loom::thread;

/// A word on the heap, so that loom sees one that is lost.
type Word = Box<u8>;

/// A oneshot by which another thread says 7; that returns the word, if it was for nobody.
fn said() -> (Arc<Oneshot<Word>>, thread::JoinHandle<Option<Word>>) {
    let oneshot = Arc::new(Oneshot::new());
    let theirs = oneshot.clone();
    let speaker = thread::spawn(move || {
        // SAFETY: this thread is the speaker, and says one word.
        match unsafe { theirs.say(Box::new(7)) } {
            Ok(waiter) => {
                waiter.into_iter().for_each(Waker::wake);
                None
            }
            Err(word) => Some(word),
        }
    });
    (oneshot, speaker)
}

fn poll(oneshot: &Oneshot<Word>, waker: &Waker) -> Poll<u8> {
    // SAFETY: the caller is the thread that listens, and has not left.
    unsafe { oneshot.poll(&mut Context::from_waker(waker), |word| **word) }
}

/// The word is there, or its listener is woken for it, whichever waker it came with last.
#[test]
fn a_word_against_who_waits_for_it() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (oneshot, speaker) = said();
        let (first, waker) = Wakes::new();
        let (second, other) = Wakes::new();
        let polls = [&waker, &other].map(|waker| poll(&oneshot, waker).is_ready());
        assert!(speaker.join().unwrap().is_none(), "there is somebody to hear it");
        assert_eq!(poll(&oneshot, &waker), Poll::Ready(7));
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

/// A word is the listener's or the speaker's, and nobody keeps a waker of who has left.
#[test]
fn a_word_against_a_listener_who_leaves() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (oneshot, speaker) = said();
        let (wakes, waker) = Wakes::new();
        let heard = poll(&oneshot, &waker).is_ready();
        // SAFETY: this thread is the listener.
        let (word, waiter) = unsafe { oneshot.close() };
        let unheard = speaker.join().unwrap();
        assert_ne!(word.is_some(), unheard.is_some(), "there is one word");
        drop((waiter, waker));
        assert_eq!(Arc::strong_count(&wakes), 1, "nobody keeps the waker");
        match (heard, word) {
            (true, word) => {
                assert!(word.is_some());
                0
            }
            (false, Some(_)) => 1,
            (false, None) => 2,
        }
    });
}
