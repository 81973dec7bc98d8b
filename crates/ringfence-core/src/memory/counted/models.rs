//! Every interleaving of two owners that go.

use super::{Owner, Vacant};
use crate::sync::{UnsafeCell, models::model};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize as Plain, Ordering::Relaxed};
use loom::thread::{self, ThreadId};

/// What is owned: by its cell loom sees who comes too early or too late.
struct Touched {
    cell: UnsafeCell<u8>,
    first: ThreadId,
    /// By whom it was dropped: by the first thread, or by the other.
    last: Arc<Plain>,
}

const NOBODY: usize = 2;

impl Drop for Touched {
    fn drop(&mut self) {
        self.cell.with_mut(|_| ());
        let by = usize::from(thread::current().id() != self.first);
        assert_eq!(self.last.swap(by, Relaxed), NOBODY, "it is dropped once");
    }
}

/// The first owner, on the first thread, and by whom what it owns is dropped.
fn owner() -> (Owner<Touched>, Arc<Plain>) {
    let last = Arc::new(Plain::new(NOBODY));
    let (cell, first) = (UnsafeCell::new(0), thread::current().id());
    (Vacant::here().fill(Touched { cell, first, last: last.clone() }), last)
}

fn touch_and_go(owner: Owner<Touched>) {
    owner.cell.with(|_| ());
}

/// One is the last, and comes after all that the other has done.
#[test]
fn two_owners() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (mut owner, last) = owner();
        let second = owner.second().expect("it is the only one");
        let other = thread::spawn(move || touch_and_go(second));
        touch_and_go(owner);
        other.join().unwrap();
        last.load(Relaxed)
    });
}

/// An owner that clones itself while the other goes is an owner still.
#[test]
fn a_clone_against_an_owner_that_goes() {
    static SEEN: [Plain; 2] = [const { Plain::new(0) }; 2];
    model(None, &SEEN, || {
        let (owner, last) = owner();
        let second = owner.clone();
        let other = thread::spawn(move || touch_and_go(second));
        let third = owner.clone();
        touch_and_go(owner);
        assert_eq!(last.load(Relaxed), NOBODY, "there is another");
        touch_and_go(third);
        other.join().unwrap();
        last.load(Relaxed)
    });
}
