//! A waker that costs nothing until a child keeps it.
//!
//! Most children that end in their first poll never clone their waker, nor do those that only
//! yield. So the first waker of a few children is lent from the stack of the poll; the header that
//! a waker of their own needs is made by the first clone.

use super::{
    home::{self, Root},
    waker,
};
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use core::{
    mem::ManuallyDrop,
    ptr::{self, NonNull},
    task::{RawWaker, RawWakerVTable, Waker},
};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake_by_ref, wake_by_ref, drop);

/// What the children of a set have in common before there is a header.
///
/// # Invariants
///
/// I8. `root` is null, or a root that is counted for the set.
#[derive(Debug)]
pub(super) struct Lazy {
    /// The root that a clone has made, until the owner takes it (I8).
    root: AtomicPtr<Root>,
    /// A bit for each child that was woken before there was a root.
    woken: AtomicUsize,
}

/// A child's share of it, for the length of a poll.
struct Lent<'set> {
    lazy: &'set Lazy,
    place: u32,
}

impl Lazy {
    pub(super) fn new() -> Self {
        Self { root: AtomicPtr::new(ptr::null_mut()), woken: AtomicUsize::new(0) }
    }

    /// Lends the waker of the child at `place`.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U10")]
    pub(super) fn with_waker<T>(&self, place: u32, f: impl FnOnce(&Waker) -> T) -> T {
        let lent = Lent { lazy: self, place };
        let lent = ptr::from_ref(&lent).cast::<()>();
        // SAFETY: the functions of the table keep the contract of `RawWaker`; the waker itself is
        // lent for the length of this call only, during which `lent` is alive.
        let waker = ManuallyDrop::new(unsafe { Waker::new(lent, &VTABLE) });
        f(&waker)
    }

    /// Takes the children that were woken.
    #[inline]
    pub(super) fn take_woken(&self) -> usize {
        if self.woken.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        // Acquire: pairs with the Release in `wake_by_ref`.
        self.woken.swap(0, Ordering::Acquire)
    }

    /// Takes the root, if a child has kept its waker, with the count that is the set's.
    #[inline]
    pub(super) fn take_root(&mut self) -> Option<NonNull<Root>> {
        if self.root.load(Ordering::Relaxed).is_null() {
            return None;
        }
        // Acquire: pairs with the Release in `root_or_new`.
        NonNull::new(self.root.swap(ptr::null_mut(), Ordering::Acquire))
    }

    /// Returns the root, and makes it if it is not there.
    fn root_or_new(&self) -> NonNull<Root> {
        // Acquire: pairs with the Release below, by whichever thread made it.
        if let Some(root) = NonNull::new(self.root.load(Ordering::Acquire)) {
            return root;
        }
        let new = Root::new();
        let old = self.root.compare_exchange(
            ptr::null_mut(),
            new.as_ptr(),
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        match old {
            Ok(_) => new,
            Err(other) => {
                home::release_root(new);
                // The exchange fails only where another thread has made one.
                NonNull::new(other).unwrap_or(new)
            }
        }
    }
}

impl Drop for Lazy {
    fn drop(&mut self) {
        if let Some(root) = self.take_root() {
            home::release_root(root);
        }
    }
}

/// What a lent waker points at.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U10")]
fn lent<'poll>(word: *const ()) -> &'poll Lent<'poll> {
    // SAFETY: a lent waker is reached by reference only, for no longer than `with_waker` lasts.
    unsafe { &*word.cast::<Lent<'_>>() }
}

fn clone(word: *const ()) -> RawWaker {
    let Lent { lazy, place } = lent(word);
    waker::keep(lazy.root_or_new(), *place)
}

fn wake_by_ref(word: *const ()) {
    let Lent { lazy, place } = lent(word);
    // No ringing: the owner polls, and looks again. Release: pairs with `take_woken`.
    lazy.woken.fetch_or(1 << place, Ordering::Release);
}

fn drop(_: *const ()) {}
