//! Handles that do something on another thread while their scope ends. What goes wrong here, is
//! seen by AddressSanitizer.

extern crate std;

use crate::{Handle, Outcome, Reason, block_on, scope};
use alloc::{boxed::Box, vec::Vec};
use core::{convert::Infallible, future::pending, hint};
use std::{sync::mpsc, thread};

/// So often does each scope end while a handle is used elsewhere.
const ROUNDS: usize = if cfg!(miri) { 5 } else { 300 };

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

#[test]
fn a_child_that_ends_is_cancelled_elsewhere() {
    let cancel = |handle: Handle<Box<u8>>| {
        handle.cancel("not needed");
        block_on(handle.outcome())
    };
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
    let cancel = |handle: Handle<Box<u8>>| {
        handle.cancel("not needed");
        block_on(handle.outcome())
    };
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
