//! Running a future without a runtime.

use ringfence_core::block_on;
use std::{
    future::{poll_fn, ready},
    panic::catch_unwind,
    task::Poll,
    thread,
};

#[test]
fn calls_nest() {
    let sum = block_on(async {
        let inner = block_on(async { block_on(ready(1)) + block_on(ready(2)) });
        inner + woken_from_a_thread().await
    });
    assert_eq!(sum, 103);
}

#[test]
fn it_waits_for_a_wake_from_another_thread() {
    assert_eq!(block_on(woken_from_a_thread()), 100);
}

#[test]
fn only_a_wake_makes_it_poll_again() {
    let mut polls = 0;
    block_on(poll_fn(|cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        // What others do with this thread's parking is not a wake.
        thread::current().unpark();
        let waker = cx.waker().clone();
        thread::spawn(move || waker.wake());
        Poll::Pending
    }));
    assert_eq!(polls, 2);
}

#[test]
fn a_wake_during_the_poll_is_not_lost() {
    let mut woken = false;
    block_on(poll_fn(|cx| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        cx.waker().wake_by_ref();
        // Takes the token of the thread, as a future that parks would.
        thread::park();
        Poll::Pending
    }));
    assert!(woken);
}

#[test]
fn a_panic_passes_through_and_the_thread_goes_on() {
    let caught = catch_unwind(|| block_on(async { assert!(block_on(ready(false)), "on purpose") }));
    assert!(caught.is_err());
    assert_eq!(block_on(woken_from_a_thread()), 100);
}

/// Resolves once another thread has woken it.
async fn woken_from_a_thread() -> u32 {
    let mut asked = false;
    poll_fn(|cx| {
        if asked {
            return Poll::Ready(100);
        }
        asked = true;
        let waker = cx.waker().clone();
        thread::spawn(move || waker.wake());
        Poll::Pending
    })
    .await
}
