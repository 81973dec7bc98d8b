//! Handles that do something on another thread while their scope ends. What goes wrong here, is
//! seen by AddressSanitizer.

extern crate std;

use super::{Birth, Gate, Owned, Post, Regular, Report};
use crate::{Handle, Outcome, Reason, block_on, scope};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{
    convert::Infallible,
    future::pending,
    hint,
    panic::Location,
    sync::atomic::{AtomicBool, Ordering},
};
use std::{sync::mpsc, thread};

/// So often does each scope end while a handle is used elsewhere.
const ROUNDS: usize = if cfg!(miri) { 5 } else { 300 };

/// So often is it looked whether a driver has left.
const LOOKS: usize = if cfg!(miri) { 5 } else { 10_000 };

/// Spawns a child, whose handle goes to `other`, and ends the scope meanwhile; what `other` makes of
/// it is returned for each round.
fn while_the_scope_ends<T: Send>(
    other: impl Fn(Handle<Box<u8>>) -> T + Send,
    ends: bool,
) -> Vec<T> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|threads| {
        let seen = threads.spawn(move || receiver.into_iter().map(other).collect());
        for round in 0..ROUNDS {
            let ended = block_on(scope(async |s| -> Result<(), Infallible> {
                let child = async move { if ends { Box::new(7) } else { pending().await } };
                let handle = s.spawn(async move { Ok(child.await) });
                sender.send(handle).expect("the other thread waits");
                // Now and then a little later.
                (0..round % 100).for_each(|_| hint::spin_loop());
                if !ends {
                    s.cancel("closing time");
                }
                Ok(())
            }));
            assert!(ended.is_ok(), "the body has a value");
        }
        drop(sender);
        seen.join().expect("nothing panics there")
    })
}

/// Cancels a child, and waits for what comes of it.
fn cancel(handle: Handle<Box<u8>>) -> Outcome<Box<u8>> {
    handle.cancel("not needed");
    block_on(handle.outcome())
}

#[test]
fn a_child_that_ends_is_cancelled_elsewhere() {
    for outcome in while_the_scope_ends(cancel, true) {
        match outcome {
            Outcome::Completed(value) => assert_eq!(*value, 7),
            Outcome::Cancelled(cancelled) => {
                assert_eq!(cancelled.reason(), &Reason::from("not needed"));
            }
            Outcome::Panicked(_) => panic!("nothing panics"),
        }
    }
}

#[test]
fn a_child_that_is_dropped_is_cancelled_elsewhere() {
    for outcome in while_the_scope_ends(cancel, false) {
        assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
    }
}

#[test]
fn a_handle_is_dropped_elsewhere() {
    for ends in [true, false] {
        assert_eq!(while_the_scope_ends(drop, ends).len(), ROUNDS);
    }
}

/// Whether a driver leaves while somebody asks for the gate.
fn leaves_while_asked(report: &Report, leave: fn(&Report)) -> bool {
    let [begins, left] = [const { AtomicBool::new(false) }; 2];
    thread::scope(|threads| {
        report.birth.say().reason.with(|_| {
            threads.spawn(|| {
                begins.store(true, Ordering::Relaxed);
                leave(report);
                left.store(true, Ordering::Relaxed);
            });
            while !begins.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            (0..LOOKS).any(|_| {
                thread::yield_now();
                left.load(Ordering::Relaxed)
            })
        })
    })
}

#[test]
fn a_driver_does_not_leave_before_who_asks_for_the_gate_has_it() {
    let gate = Arc::new(Gate::new());
    let report = Report::new(Birth::at(Location::caller()), &gate);
    for leave in
        [<Regular<()> as Post<Result<u8, ()>>>::leave, <Owned as Post<Result<u8, ()>>>::leave]
    {
        assert!(!leaves_while_asked(&report, leave));
    }
}
