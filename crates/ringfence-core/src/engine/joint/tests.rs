use super::{Driver, Joint, Kept, Post, Unsize};
use crate::{memory::arena::Arena, outcome::Panic};
use alloc::{sync::Arc, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, Pending, Ready, pending, ready},
    pin::Pin,
    ptr::NonNull,
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

/// An output that is its own word.
#[expect(unsafe_code, reason = "docs/unsafe.md, U25")]
impl Post<Arc<()>> for Note {
    type Word = Arc<()>;
    type End = ();
    type Shared = Self;

    unsafe fn returned(_: &Self, output: Arc<()>) -> (Arc<()>, ()) {
        (output, ())
    }

    unsafe fn panicked(_: &Self, panic: Panic) -> (Arc<()>, ()) {
        panic.resume()
    }

    unsafe fn dropped(_: &Self) -> Arc<()> {
        Arc::new(())
    }

    fn unheard(_: &Self, _: Arc<()>, (): ()) {}

    fn leave(_: &Self) {}
}

type Ends<F, W = u8> = (Driver<Joint<F, Note>>, Kept<W, Note>);

#[expect(unsafe_code, reason = "docs/unsafe.md, U25")]
// SAFETY: it is the same pointer.
unsafe impl<F: Future, P: Post<F::Output>> Unsize<Self> for Joint<F, P> {
    fn unsize(joint: NonNull<Self>) -> NonNull<Self> {
        joint
    }
}

/// The ends of a joint, in which `there` is as long as that is, in an arena.
fn joint_in<F: Future<Output = W>, W>(arena: &mut Arena, future: F, there: &Arc<()>) -> Ends<F, W>
where
    Note: Post<W, Word = W, End = (), Shared = Note>,
{
    Joint::join(arena, future, || Note { leaves: Cell::new(0), _there: there.clone() })
}

/// As [`joint_in`], in an arena that goes at once.
fn joint<F: Future<Output = W>, W>(future: F, there: &Arc<()>) -> Ends<F, W>
where
    Note: Post<W, Word = W, End = (), Shared = Note>,
{
    joint_in(&mut Arena::new(), future, there)
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
fn what_was_not_heard_is_dropped_once() {
    let (there, word) = (Arc::new(()), Arc::new(()));
    let said = || {
        let (mut driver, kept): Ends<Ready<Arc<()>>, _> = joint(ready(word.clone()), &there);
        assert!(poll(&mut driver).is_ready());
        (driver, kept)
    };
    let (driver, mut kept) = said();
    assert_eq!(Arc::strong_count(&word), 2, "a word is not dropped when its driver leaves");
    let heard = kept.abandon(|word, _| word);
    assert!(heard.is_some_and(|heard| Arc::ptr_eq(&heard, &word)));
    drop((driver, kept, said()));
    let (mut driver, kept): Ends<Ready<Arc<()>>, _> = joint(ready(word.clone()), &there);
    drop(kept);
    assert!(poll(&mut driver).is_ready());
    drop(driver);
    assert_eq!((Arc::strong_count(&word), Arc::strong_count(&there)), (1, 1));
}

#[test]
fn a_word_is_heard_as_often_as_one_likes() {
    let (mut driver, mut kept): Ends<Ready<u8>> = joint(ready(7), &Arc::new(()));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(kept.poll(&mut cx).is_pending());
    assert!(poll(&mut driver).is_ready());
    for heard in [7, 8] {
        let Poll::Ready(word) = kept.poll(&mut cx) else { panic!("it was said") };
        assert_eq!(*word, heard);
        *word += 1;
    }
}

#[test]
fn joints_of_all_sizes_are_in_an_arena_and_go_in_any_order() {
    /// A future that is large.
    struct Large(Ready<u8>, [u8; 500]);

    impl Future for Large {
        type Output = u8;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
            assert!(self.1.iter().all(|&byte| byte == 7), "nobody else has its memory");
            Pin::new(&mut self.0).poll(cx)
        }
    }

    let (there, output) = (Arc::new(()), Arc::new(()));
    for from_the_back in [false, true] {
        let mut arena = Arena::new();
        let mut small: Vec<Ends<Ready<Arc<()>>, _>> = Vec::new();
        let mut large = Vec::new();
        for _ in 0..50 {
            small.push(joint_in(&mut arena, ready(output.clone()), &there));
            large.push(joint_in(&mut arena, Large(ready(7), [7; 500]), &there));
        }
        drop(arena);
        if from_the_back {
            small.reverse();
        }
        for ((mut driver, kept), (mut other, other_kept)) in small.into_iter().zip(large) {
            assert!(poll(&mut driver).is_ready());
            assert!(poll(&mut other).is_ready());
            drop((kept, other_kept));
        }
        assert_eq!((Arc::strong_count(&output), Arc::strong_count(&there)), (1, 1));
    }
}

#[test]
fn the_word_takes_the_place_of_the_future() {
    type Large = [u64; 8];
    assert_eq!(size_of::<Joint<Ready<Large>, Copied>>(), size_of::<Joint<Ready<u8>, Copied>>());

    /// What has a word that is as large as the largest output.
    struct Copied;

    #[expect(unsafe_code, reason = "docs/unsafe.md, U25")]
    impl<T> Post<T> for Copied {
        type Word = Option<Large>;
        type End = ();
        type Shared = ();

        unsafe fn returned((): &(), _: T) -> (Self::Word, ()) {
            (None, ())
        }

        unsafe fn panicked((): &(), _: Panic) -> (Self::Word, ()) {
            (None, ())
        }

        unsafe fn dropped((): &()) -> Self::Word {
            None
        }

        fn unheard((): &(), _: Self::Word, (): ()) {}

        fn leave((): &()) {}
    }
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
    assert_eq!(kept.poll(&mut cx), Poll::Ready(&mut 7));
    drop((driver, kept));
    assert_eq!(Arc::strong_count(&there), 1);
}
