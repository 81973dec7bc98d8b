//! A thread that wakes whoever asks it to, and drops what it is given.

use super::{family::Family, play::expect_planned};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    task::Waker,
    thread,
};

/// What the thread is asked by. It ends when this is dropped.
pub(super) struct Ringer(Sender<Errand>);

enum Errand {
    /// To say that it has rung, and to wake.
    Ring(Arc<AtomicBool>, Waker),
    Drop(Pin<Box<Family>>),
}

impl Ringer {
    pub(super) fn new() -> Self {
        let (send, errands) = mpsc::channel();
        thread::spawn(move || run(errands));
        Self(send)
    }

    pub(super) fn ring(&self, has_rung: &Arc<AtomicBool>, waker: &Waker) {
        self.send(Errand::Ring(Arc::clone(has_rung), waker.clone()));
    }

    pub(super) fn drop(&self, family: Pin<Box<Family>>) {
        self.send(Errand::Drop(family));
    }

    fn send(&self, errand: Errand) {
        self.0.send(errand).expect("the thread runs for as long as it may be asked");
    }
}

/// How many wakers are kept, to be woken once more when nobody waits for it.
const STALE: usize = 8;

fn run(errands: Receiver<Errand>) {
    let mut stale = VecDeque::with_capacity(STALE);
    for errand in errands {
        match errand {
            Errand::Drop(family) => expect_planned(|| drop(family)),
            Errand::Ring(has_rung, waker) => {
                // Release: pairs with the Acquire of whoever waits for it.
                has_rung.store(true, Ordering::Release);
                waker.wake_by_ref();
                stale.push_back(waker);
                if stale.len() > STALE {
                    stale.pop_front().into_iter().for_each(Waker::wake);
                }
            }
        }
    }
}
