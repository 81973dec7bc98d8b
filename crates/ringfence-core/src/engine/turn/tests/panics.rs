//! A panic is one child's end.

use super::*;
use alloc::boxed::Box;

/// Where a child panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Poll,
    Drop,
    PollAndDrop,
    Nowhere,
}

/// A child that ends in its first poll, or in the one after it, and panics there if told.
struct Panics {
    number: usize,
    at: At,
    yields: usize,
    drops: Log,
}

impl Future for Panics {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        if self.yields > 0 {
            self.yields -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if matches!(self.at, At::Poll | At::PollAndDrop) {
            panic!("poll of {}", self.number);
        }
        Poll::Ready(self.number)
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        self.drops.lock().unwrap().push(self.number);
        if matches!(self.at, At::Drop | At::PollAndDrop) {
            panic!("drop of {}", self.number);
        }
    }
}

// trap: T8
#[test]
fn a_child_that_panics_ends_so_and_the_others_are_driven_and_dropped_once() {
    for at in [At::Poll, At::Drop, At::PollAndDrop] {
        for yields in [0, 1] {
            for n in [3, WIDTH + 2] {
                let drops = Log::default();
                let mut slots = Slots::new();
                for number in 0..n {
                    let at = if number == n - 2 { at } else { At::Nowhere };
                    slots.insert(Panics { number, at, yields, drops: drops.clone() });
                }
                let ends = all(&mut slots);
                assert_eq!((ends.len(), slots.children.len()), (n, 0), "{at:?} after {yields}");
                for (number, end) in ends.into_iter().enumerate() {
                    if number == n - 2 {
                        let place = if at == At::Drop { "drop" } else { "poll" };
                        let message = alloc::format!("{place} of {number}");
                        assert_eq!(end.unwrap_err().message(), Some(&*message));
                    } else {
                        assert_eq!(end.unwrap(), number);
                    }
                }
                let mut drops = taken(&drops);
                drops.sort_unstable();
                assert_eq!(drops, Vec::from_iter(0..n), "{at:?} after {yields}");
            }
        }
    }
}

#[test]
fn all_children_may_panic_in_one_turn() {
    let drops = Log::default();
    let mut slots = Slots::new();
    for number in 0..200 {
        let child = Panics { number, at: At::PollAndDrop, yields: 0, drops: drops.clone() };
        slots.insert(child);
    }
    let (parent, waker) = Parent::new();
    let (poll, ends) = until(&mut slots, &waker, usize::MAX);
    assert!(poll.is_pending());
    assert!(ends.iter().all(Result::is_err));
    assert_eq!((ends.len(), parent.wakes()), (200, 0));
    assert_eq!(taken(&drops), Vec::from_iter(0..200));
}

#[test]
fn the_slot_of_a_child_that_panicked_is_used_again() {
    let drops = Log::default();
    let mut slots = Slots::new();
    let child = |at| Panics { number: 0, at, yields: 0, drops: drops.clone() };
    let slot = slots.insert(child(At::PollAndDrop));
    assert!(all(&mut slots)[0].is_err());
    assert_eq!(slots.insert(child(At::Nowhere)), slot);
    assert_eq!(slots.children.generation(slot), 1);
    assert_eq!(values(all(&mut slots)), [0]);
}

#[test]
fn a_panic_that_decides_ends_the_turn() {
    let drops = Log::default();
    let mut slots = Slots::new();
    for number in 0..3 {
        slots.insert(Panics { number, at: At::Poll, yields: 0, drops: drops.clone() });
    }
    let (_parent, waker) = Parent::new();
    for number in 0..3 {
        let (poll, ends) = until(&mut slots, &waker, 1);
        assert_eq!(poll, Poll::Ready(()));
        let message = alloc::format!("poll of {number}");
        assert_eq!(ends[0].as_ref().unwrap_err().message(), Some(&*message));
    }
}

#[test]
fn a_panic_of_the_parents_own_code_is_no_childs_and_goes_on() {
    let mut slots = of_ready(3);
    let (_parent, waker) = Parent::new();
    let thrown = catch(|| {
        let Slots { ready, children } = &mut slots;
        let mut cx = Context::from_waker(&waker);
        turn(ready, Pin::new(children), &mut cx, |_, _, _, _| -> ControlFlow<()> {
            panic!("the policy")
        })
    });
    assert_eq!(thrown.unwrap_err().message(), Some("the policy"));
    assert_eq!(values(all(&mut slots)), [1, 2], "the set is as good as before");
}

#[test]
fn a_parent_that_panics_when_a_turn_was_long_loses_no_child() {
    let polls = Log::default();
    let mut slots = Slots::new();
    for number in 0..100 {
        slots.insert(yields(number, 1, &polls));
    }
    let waker = on_wake(|| panic!("not now"));
    let thrown = catch(|| until(&mut slots, &waker, 1).0).unwrap_err();
    assert_eq!(thrown.message(), Some("not now"));
    assert_eq!(taken(&polls).len(), 64);
    assert_eq!(values(all(&mut slots)), Vec::from_iter(0..100));
}

#[test]
fn a_child_that_panics_with_a_payload_that_panics_ends_like_any_other() {
    struct Payload;
    impl Drop for Payload {
        fn drop(&mut self) {
            // Without a size, since it is leaked.
            std::panic::panic_any(());
        }
    }
    let mut slots = Slots::new();
    let child = || poll_fn(|_| -> Poll<usize> { std::panic::panic_any(Box::new(Payload)) });
    slots.insert(child());
    slots.insert(child());
    let ends = all(&mut slots);
    assert_eq!(ends.len(), 2);
    assert!(ends.into_iter().all(|end| end.is_err()));
}
