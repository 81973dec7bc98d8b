//! A waker that costs nothing until a child keeps it.
//!
//! Most children that end in their first poll never clone their waker, nor do those that only
//! yield. So the first waker of a few children is lent from the stack of the poll; the header that
//! a waker of their own needs is made by the first clone.

use super::{
    header::{ALONE, CHILDREN},
    home::{self, Root},
    waker::{self, BorrowedWaker},
};
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use core::{
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
pub(super) struct Lent<'set> {
    lazy: &'set Lazy,
    place: u32,
}

impl Lent<'_> {
    /// The child's waker, which lasts no longer than this.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U10")]
    pub(super) fn waker(&self) -> BorrowedWaker<'_> {
        let word = ptr::from_ref(self).cast::<()>();
        // SAFETY: the functions of the table keep the contract of `RawWaker`; the word is good for
        // as long as `self` is borrowed, and by then the waker is gone, since it is only borrowed.
        BorrowedWaker::lent(unsafe { Waker::new(word, &VTABLE) })
    }
}

impl Lazy {
    pub(super) fn new() -> Self {
        Self { root: AtomicPtr::new(ptr::null_mut()), woken: AtomicUsize::new(0) }
    }

    /// Marks children as to be polled. Owner only.
    #[inline]
    pub(super) fn mark(&mut self, bits: usize) {
        // Relaxed: no child is being polled, so that nobody else has a waker.
        let woken = self.woken.load(Ordering::Relaxed);
        self.woken.store(woken | bits, Ordering::Relaxed);
    }

    /// Lends the child at `place` what its waker needs for the length of a poll.
    #[inline]
    pub(super) fn lend(&self, place: u32) -> Lent<'_> {
        Lent { lazy: self, place }
    }

    /// Takes the children that were woken, by a waker that was lent or by one that was kept.
    #[inline]
    pub(super) fn take_woken(&self) -> usize {
        let kept = self.take_woken_by_kept();
        if self.woken.load(Ordering::Relaxed) == 0 {
            return kept;
        }
        // Acquire: pairs with the Release in `wake_by_ref`.
        kept | self.woken.swap(0, Ordering::Acquire)
    }

    /// Takes the children that were woken by wakers of the root.
    ///
    /// Were they left there until the root is adopted, a child that wakes itself by the waker that
    /// it was lent would be polled again and again before them.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U10")]
    fn take_woken_by_kept(&self) -> usize {
        // Acquire: pairs with the Release in `root_or_new`.
        let Some(root) = NonNull::new(self.root.load(Ordering::Acquire)) else { return 0 };
        // SAFETY: I8, since only the owner takes the root, which is who calls this.
        let word = unsafe { &(*root.as_ptr()).first.ready };
        if word.load(Ordering::Relaxed) & CHILDREN == 0 {
            return 0;
        }
        // Acquire: pairs with `Header::wake`. The mark of parking is not set before the adoption.
        word.swap(ALONE, Ordering::Acquire) & CHILDREN
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
    // SAFETY: a lent waker is reached by reference only, for no longer than `Lent` is borrowed.
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
