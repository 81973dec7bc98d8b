//! Every interleaving of the edges of a slot, walked by hand.
//!
//! Who touches a cell out of turn, loom sees by the cell.

extern crate std;

use super::*;
use crate::sync::models::{Wakes, model, step};
use alloc::sync::Arc;
use core::sync::atomic::AtomicUsize as Plain;
use loom::thread;

/// A slot of a child that counts how often it was touched; its outcome is that number.
type Counting = Slot<usize, usize>;

/// A child that is about to be begun, and the wakes of who has waited first.
fn slot() -> (Arc<Counting>, Arc<Wakes>) {
    let (wakes, waker) = Wakes::new();
    (awaited(waker), wakes)
}

/// The same, with that waker.
#[expect(unsafe_code, reason = "docs/unsafe.md, U35")]
fn awaited(waker: Waker) -> Arc<Counting> {
    let slot = Slot::new(0);
    // SAFETY: nobody else has it.
    unsafe { slot.wait_first(waker) };
    Arc::new(slot)
}

/// Does something with the slot on another thread.
fn beside<R: 'static>(
    slot: &Arc<Counting>,
    f: impl FnOnce(&Counting) -> R + 'static,
) -> thread::JoinHandle<R> {
    let slot = slot.clone();
    thread::spawn(move || f(&slot))
}

fn touch(turn: &mut Turn<'_, usize, usize>) -> usize {
    turn.with(|child, _| {
        let touched = child.future().expect("it is there").get_mut();
        *touched += 1;
        *touched
    })
}

/// Polls a child that is pending. None if there is no turn; otherwise whether it rests.
fn poll(slot: &Counting) -> Option<bool> {
    let mut polling = slot.begin()?;
    touch(&mut polling.turn);
    let Err(mut doomed) = polling.rest() else { return Some(true) };
    touch(&mut doomed.turn);
    wake(doomed.go(Drain::new()));
    Some(false)
}

/// Polls a child that ends.
fn end(slot: &Counting) {
    let Some(mut polling) = slot.begin() else { return };
    let touched = touch(&mut polling.turn);
    polling.turn.with(|mut child, _| {
        child.as_mut().clear();
        child.put(Outcome::Completed(touched));
    });
    wake(polling.end().unwrap_or_else(|doomed| doomed.go(Drain::new())));
}

fn has_ended(slot: &Counting, waker: &Waker) -> bool {
    slot.poll_end(&mut Context::from_waker(waker)).is_ready()
}

#[test]
fn another_waiter_against_the_end() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (slot, first) = slot();
        let ending = beside(&slot, end);
        let (second, waker) = Wakes::new();
        let ended = has_ended(&slot, &waker);
        ending.join().unwrap();
        match (ended, first.count(), second.count()) {
            // Before the second had the place.
            (true, 1, 0) => 0,
            // While it had.
            (true, 0, 0) => 1,
            (false, 0, 1) => {
                assert!(has_ended(&slot, &waker));
                2
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_same_waiter_against_the_end() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (wakes, waker) = Wakes::new();
        let slot = awaited(waker.clone());
        let ending = beside(&slot, end);
        let ended = has_ended(&slot, &waker);
        ending.join().unwrap();
        match (ended, wakes.count()) {
            (true, 1) => 0,
            // While it looked at the waker in its place.
            (true, 0) => 1,
            (false, 1) => 2,
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_doom_against_the_rest() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (slot, first) = slot();
        let polling = beside(&slot, poll);
        let (doom, waiter) = slot.doom();
        assert!(waiter.is_some(), "who has waited is told, and does so no more");
        let touched = match doom {
            Doom::Idle(mut turn) => touch(&mut turn),
            Doom::Polled(_) => 0,
            Doom::Ended(..) | Doom::Over => panic!("it does not end"),
        };
        let rests = polling.join().unwrap();
        assert_eq!(first.count(), 0);
        match (touched, rests) {
            // Before the poll, after it, and inside.
            (1, None) => 0,
            (2, Some(true)) => 1,
            (0, Some(false)) => 2,
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_doom_against_another_waiter() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    // Nobody does that; but no cell is touched by both.
    model(None, &SEEN, || {
        let (slot, first) = slot();
        let Some(polling) = slot.begin() else { panic!("it is idle") };
        let (second, waker) = Wakes::new();
        let waiting = beside(&slot, move |slot| {
            step();
            has_ended(slot, &waker)
        });
        step();
        let (doom, waiter) = slot.doom();
        assert!(matches!(doom, Doom::Polled(_)));
        wake(waiter);
        let dismissed = [first.count(), second.count()];
        assert!(!waiting.join().unwrap());
        let Err(doomed) = polling.rest() else { panic!("it is doomed") };
        wake(doomed.go(Drain::new()));
        match (dismissed, second.count()) {
            // Before the second waited; or while the doom held the place, so that it is to look again.
            ([1, _], 1) => 0,
            ([0, 1], 1) => 1,
            // While it held the place.
            ([0, 0], 1) => 2,
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_waiter_for_the_doomed_against_its_going() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let (slot, _) = slot();
        let polling = beside(&slot, poll);
        let doomed = matches!(slot.doom(), (Doom::Polled(_), _));
        let (wakes, waker) = Wakes::new();
        let gone = || slot.poll_gone(&mut Context::from_waker(&waker)).is_ready();
        let at_once = !doomed || gone();
        polling.join().unwrap();
        assert!(slot.has_gone());
        // Also if it has been heard before.
        assert!(gone());
        match (doomed, at_once) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => {
                assert_eq!(wakes.count(), 1);
                2
            }
        }
    });
}

#[test]
fn two_who_poll() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (slot, _) = slot();
        let polling = beside(&slot, poll);
        let polls = [poll(&slot), polling.join().unwrap()];
        let begun = polls.into_iter().flatten().inspect(|rests| assert!(rests)).count();
        let Doom::Idle(mut turn) = slot.doom().0 else { panic!("it rests") };
        assert_eq!(touch(&mut turn), begun + 1);
        begun - 1
    });
}

#[test]
fn two_who_wait() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    // Nobody does that; but no cell is touched by both.
    model(Some(3), &SEEN, || {
        let (slot, first) = slot();
        let ending = beside(&slot, end);
        let (second, waker) = Wakes::new();
        let waiting = beside(&slot, move |slot| has_ended(slot, &waker));
        let (third, waker) = Wakes::new();
        let ended = [has_ended(&slot, &waker), waiting.join().unwrap()];
        ending.join().unwrap();
        let woken = [&first, &second, &third].map(|wakes| wakes.count());
        match ended {
            [true, true] => panic!("there is one outcome"),
            [true, false] => 0,
            [false, true] => 1,
            [false, false] => {
                assert!(woken[1..].iter().sum::<usize>() > 0, "{woken:?}");
                assert!(has_ended(&slot, &waker));
                2
            }
        }
    });
}

#[test]
fn a_doom_against_who_takes_the_outcome() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (slot, _) = slot();
        end(&slot);
        let taking = beside(&slot, |slot| {
            step();
            has_ended(slot, Waker::noop())
        });
        step();
        let dropped = matches!(slot.doom(), (Doom::Ended(Outcome::Completed(1), _), _));
        assert_ne!(dropped, taking.join().unwrap(), "one of them has it");
        usize::from(dropped)
    });
}
