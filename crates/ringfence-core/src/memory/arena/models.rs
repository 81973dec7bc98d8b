//! Every interleaving of those who leave a block with an arena that closes it.

use super::{Holders, OPEN};
use crate::sync::models::model;
use core::sync::atomic::AtomicUsize as Plain;
use loom::{cell::UnsafeCell, sync::Arc, thread};

/// A block, and beside it what tells loom of who comes too early or too late.
struct Held {
    holders: Holders,
    memory: UnsafeCell<u8>,
}

impl Held {
    /// So many leave. True, if they are the last, who have it all.
    fn leave(&self, holders: u32) -> bool {
        self.memory.with(|_| ());
        let is_last = self.holders.leave(holders);
        if is_last {
            self.memory.with_mut(|_| ());
        }
        is_last
    }
}

/// One is the last, and comes after all that the others have done.
#[test]
fn two_spaces_and_their_arena() {
    static SEEN: [Plain; 3] = [const { Plain::new(0) }; 3];
    model(None, &SEEN, || {
        let held = Arc::new(Held { holders: Holders::new(OPEN), memory: UnsafeCell::new(0) });
        let spaces = [(); 2].map(|()| {
            let held = held.clone();
            thread::spawn(move || held.leave(1))
        });
        let arena = held.leave(OPEN - 2);
        let [first, second] = spaces.map(|space| space.join().unwrap());
        let last = [first, second, arena];
        assert_eq!(last.iter().filter(|is_last| **is_last).count(), 1, "one is the last");
        last.iter().position(|is_last| *is_last).unwrap()
    });
}
