//! A child's waker: the address of its header, and in the low bits the child's place.

use super::{
    header::Header,
    home::{self, Root},
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ops::Deref,
    ptr::NonNull,
    task::{RawWaker, RawWakerVTable, Waker},
};

/// The bits of an address of a header that are free for a place.
const PLACE: usize = align_of::<Header>() - 1;

const _: () = assert!(super::header::WIDTH <= PLACE + 1, "a place fits into the low bits");

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// A waker that borrows the set's own count, so that a poll costs no counting.
pub(crate) struct BorrowedWaker<'set> {
    waker: ManuallyDrop<Waker>,
    set: PhantomData<&'set ()>,
}

impl BorrowedWaker<'_> {
    /// The waker of the child at `place` of a header that outlives the borrow.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U5")]
    pub(super) fn new(header: NonNull<Header>, place: u32) -> Self {
        let header = header.as_ptr().cast_const().cast::<()>();
        let word = header.map_addr(|address| address | place as usize);
        // SAFETY: the functions of the table keep the contract of `RawWaker`, as each says; the
        // count that this waker would give up when dropped is never given up.
        Self::lent(unsafe { Waker::new(word, &VTABLE) })
    }

    /// A waker that is never dropped; the caller sees to it that it is good as long as borrowed.
    #[inline]
    pub(super) fn lent(waker: Waker) -> Self {
        Self { waker: ManuallyDrop::new(waker), set: PhantomData }
    }
}

impl Deref for BorrowedWaker<'_> {
    type Target = Waker;

    #[inline]
    fn deref(&self) -> &Waker {
        &self.waker
    }
}

/// Splits a waker's word. The header is alive as long as the waker (I1).
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U5")]
fn split<'waker>(word: *const ()) -> (&'waker Header, usize) {
    let header = word.map_addr(|address| address & !PLACE).cast::<Header>();
    // SAFETY: I1, since a waker owns or borrows a count on its header's home.
    (unsafe { &*header }, 1 << (word.addr() & PLACE))
}

/// Makes a waker of the child at `place` of the first header, with a count of its own.
///
/// The caller keeps `root` alive meanwhile.
#[expect(unsafe_code, reason = "docs/unsafe.md, U5")]
pub(super) fn keep(root: NonNull<Root>, place: u32) -> RawWaker {
    // The address is taken from the raw pointer, so that it stays good for the whole root.
    // SAFETY: the caller keeps the root alive.
    let header = unsafe { &raw const (*root.as_ptr()).first };
    clone(header.cast::<()>().map_addr(|address| address | place as usize))
}

fn clone(word: *const ()) -> RawWaker {
    home::retain(split(word).0.home());
    RawWaker::new(word, &VTABLE)
}

fn wake(word: *const ()) {
    /// Gives up the waker's count, also if the parent's waker panics.
    struct Count(*const ());
    impl Drop for Count {
        #[inline]
        fn drop(&mut self) {
            home::release(split(self.0).0.home());
        }
    }
    let count = Count(word);
    wake_by_ref(count.0);
}

fn wake_by_ref(word: *const ()) {
    let (header, bit) = split(word);
    if polled::is(header.root_address()) {
        // No ringing: the owner is below us on this very stack, and looks again.
        header.root().lane.mark(header, bit);
    } else {
        header.wake(bit);
    }
}

fn drop(word: *const ()) {
    home::release(split(word).0.home());
}

/// Marks a set as the one that is polled on this thread, until it is dropped.
#[must_use]
pub(crate) struct Polled {
    outer: *const Root,
}

impl Polled {
    #[inline]
    pub(super) fn new(root: NonNull<Root>) -> Self {
        Self { outer: polled::replace(root.as_ptr()) }
    }
}

impl Drop for Polled {
    #[inline]
    fn drop(&mut self) {
        polled::replace(self.outer);
    }
}

/// Which set is polled on this thread.
#[cfg(all(feature = "std", not(ringfence_loom)))]
mod polled {
    use super::Root;
    use core::{cell::Cell, ptr};

    std::thread_local! {
        static POLLED: Cell<*const Root> = const { Cell::new(ptr::null()) };
    }

    #[inline]
    pub(super) fn is(root: *const Root) -> bool {
        POLLED.with(|polled| polled.get() == root)
    }

    #[inline]
    pub(super) fn replace(root: *const Root) -> *const Root {
        POLLED.with(|polled| polled.replace(root))
    }
}

/// Without thread-locals every wake is one from outside: right, and a little slower.
#[cfg(not(all(feature = "std", not(ringfence_loom))))]
mod polled {
    use super::Root;
    use core::ptr;

    pub(super) fn is(_: *const Root) -> bool {
        false
    }

    pub(super) fn replace(_: *const Root) -> *const Root {
        ptr::null()
    }
}
