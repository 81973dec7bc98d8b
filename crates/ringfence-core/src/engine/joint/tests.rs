use super::{Driver, Joining, Joint, Kept, Post};
use crate::outcome::Panic;
use alloc::sync::Arc;
use core::{
    cell::Cell,
    future::{Future, Pending, Ready, pending, ready},
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// What is shared: how often it was told that the driver is about to leave.
struct Note {
    leaves: Cell<usize>,
    _there: Arc<()>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U25")]
impl Post<u8> for Note {
    type Word = u8;
    type End = ();
    type Shared = Self;

    unsafe fn returned(_: &Self, output: u8) -> (u8, ()) {
        (output, ())
    }

    unsafe fn panicked(_: &Self, panic: Panic) -> (u8, ()) {
        panic.resume()
    }

    unsafe fn dropped(_: &Self) -> u8 {
        0
    }

    fn unheard(_: &Self, _: u8, (): ()) {}

    fn leave(note: &Self) {
        note.leaves.set(note.leaves.get() + 1);
    }
}

type Ends<F> = (Driver<Joint<F, Note>>, Kept<u8, Note>);

/// The ends of a joint, in which `there` is as long as that is.
fn joint<F: Future<Output = u8>>(future: F, there: &Arc<()>) -> Ends<F> {
    let note = || Note { leaves: Cell::new(0), _there: there.clone() };
    Joining::new(future, note).part(|joint| joint)
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_driver_that_was_asked_says_that_it_leaves() {
    for asked in [false, true] {
        let (mut driver, kept): Ends<Ready<u8>> = joint(ready(7), &Arc::new(()));
        if asked {
            assert!(kept.ask());
        }
        assert!(poll(&mut driver).is_ready());
        assert_eq!(kept.leaves.get(), usize::from(asked));
        assert!(!kept.ask(), "it has left");
    }
}

#[test]
fn a_joint_is_freed_once_both_ends_have_left() {
    let there = Arc::new(());
    for driver_first in [false, true] {
        for polled in [false, true] {
            let (mut driver, kept): Ends<Ready<u8>> = joint(ready(7), &there);
            if polled {
                assert!(poll(&mut driver).is_ready());
            }
            if driver_first {
                drop(driver);
                assert_eq!(Arc::strong_count(&there), 2, "the other end has it");
                drop(kept);
            } else {
                drop(kept);
                drop(driver);
            }
            assert_eq!(Arc::strong_count(&there), 1);
        }
    }
}

#[test]
fn a_future_is_dropped_with_its_driver_whoever_is_the_second() {
    let (there, future) = (Arc::new(()), Arc::new(()));
    let held = future.clone();
    let waits = async move {
        let _held = held;
        let never: Pending<u8> = pending();
        never.await
    };
    let (driver, kept) = joint(waits, &there);
    drop(driver);
    assert_eq!(Arc::strong_count(&future), 1);
    assert!(kept.is_said(), "it was dropped");
}

#[test]
fn a_handle_is_a_pointer() {
    assert_eq!(size_of::<Kept<u8, Note>>(), size_of::<usize>());
}

#[test]
fn ends_are_found_whatever_the_future_is_aligned_to() {
    /// A future that begins a cache line.
    #[repr(align(64))]
    struct Aligned(Ready<u8>);

    impl Future for Aligned {
        type Output = u8;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
            assert!(core::ptr::from_ref(&*self).is_aligned());
            Pin::new(&mut self.0).poll(cx)
        }
    }

    let there = Arc::new(());
    let (mut driver, mut kept) = joint(Aligned(ready(7)), &there);
    assert!(poll(&mut driver).is_ready());
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(kept.poll(&mut cx, |word| *word), Poll::Ready(7));
    drop((driver, kept));
    assert_eq!(Arc::strong_count(&there), 1);
}
