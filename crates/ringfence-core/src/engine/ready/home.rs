//! Where headers live, and who keeps them alive.

use super::{
    bell::Bell,
    header::{ALONE, Header, Lane},
};
use crate::outcome::abort;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};
use alloc::boxed::Box;
use core::{array, ptr};

/// How many headers are allocated together, once a set has more than one.
pub(super) const SLAB: usize = 8;

/// The count of those who keep an allocation of headers: the set, and each clone of a waker.
pub(super) struct Home {
    count: AtomicUsize,
    /// The root that a slab keeps; null in a root.
    root: *const Root,
}

/// The first allocation of a set: its bell, its lane and its first header.
///
/// What others touch, what the owner touches, and the header stand in cache lines of their own.
#[repr(C, align(64))]
pub(super) struct Root {
    home: Home,
    pub(super) bell: Bell,
    pub(super) lane: Apart<Lane>,
    pub(super) first: Header,
}

/// More headers of a set.
#[repr(C, align(64))]
pub(super) struct Slab {
    home: Home,
    pub(super) headers: [Header; SLAB],
}

/// A value in a cache line of its own.
#[repr(align(64))]
pub(super) struct Apart<T>(T);

impl<T> core::ops::Deref for Apart<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl Root {
    /// Allocates a root with one header, counted once.
    pub(super) fn new() -> ptr::NonNull<Self> {
        let root = spare::take().unwrap_or_else(|| {
            let root = Root {
                home: Home::new(ptr::null()),
                bell: Bell::new(),
                lane: Apart(Lane::new()),
                first: Header::new(ptr::null(), ptr::null(), 0, ALONE),
            };
            Box::new(root)
        });
        let root = Box::into_raw(root);
        renew(root);
        ptr::NonNull::new(root).expect("a box is never null")
    }
}

/// Makes a root as good as new.
#[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
fn renew(root: *mut Root) {
    // SAFETY: the caller has just taken the root out of its box, and nobody else knows of it.
    let fields = unsafe { &mut *root };
    fields.home = Home::new(ptr::null());
    fields.bell = Bell::new();
    fields.lane = Apart(Lane::new());
    // The addresses are taken from the raw pointer, so that they stay good for the whole root.
    // SAFETY: as above.
    let home = unsafe { &raw const (*root).home };
    let first = Header::new(root, home, 0, ALONE);
    // SAFETY: as above.
    unsafe { (*root).first = first };
}

impl Slab {
    /// Allocates a slab of headers, counted once, that keeps `root`.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
    pub(super) fn new(root: ptr::NonNull<Root>, index: u32) -> ptr::NonNull<Self> {
        let root = root.as_ptr().cast_const();
        // SAFETY: the caller owns a count on the root, so that it is alive.
        let home = unsafe { &raw const (*root).home };
        retain(home);
        let slab = Box::into_raw(Box::new(Slab {
            home: Home::new(root),
            headers: array::from_fn(|_| Header::new(root, ptr::null(), 0, 0)),
        }));
        // SAFETY: just taken out of its box.
        let home = unsafe { &raw const (*slab).home };
        for place in 0..SLAB {
            let header = Header::new(root, home, index + place as u32, 0);
            // SAFETY: just taken out of its box.
            unsafe { (*slab).headers[place] = header };
        }
        ptr::NonNull::new(slab).expect("a box is never null")
    }
}

impl Slab {
    /// Where those are counted who keep the slab.
    pub(super) fn home(&self) -> *const Home {
        self.headers[0].home()
    }
}

impl Home {
    fn new(root: *const Root) -> Self {
        Self { count: AtomicUsize::new(1), root }
    }
}

/// Counts one more who keeps the headers at `home`.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
pub(super) fn retain(home: *const Home) {
    // SAFETY: I1, since the caller has a count of its own, or borrows one.
    let home = unsafe { &*home };
    // Relaxed: who counts has been counted, as in `Arc`.
    let old = home.count.fetch_add(1, Ordering::Relaxed);
    // A program that forgets clones without end must not make the count wrap.
    if old > isize::MAX as usize {
        abort("too many clones of a waker");
    }
}

/// Gives up one count, and frees the headers if it was the last.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
pub(super) fn release(home: *const Home) {
    // SAFETY: I1, since the caller has a count, which it gives up here.
    let count = unsafe { &(*home).count };
    // Release: pairs with the fence of who frees.
    if count.fetch_sub(1, Ordering::Release) == 1 {
        free(home);
    }
}

/// Gives up one count on a root.
#[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
pub(super) fn release_root(root: ptr::NonNull<Root>) {
    // SAFETY: I1, since the caller has a count, which it gives up here.
    release(unsafe { &raw const (*root.as_ptr()).home });
}

/// Frees the headers that nobody keeps.
#[cold]
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U4")]
fn free(home: *const Home) {
    // Acquire: pairs with every Release in `release`.
    fence(Ordering::Acquire);
    // SAFETY: the count has come to nothing, so that the allocation is this call's alone.
    let root = unsafe { (*home).root };
    if root.is_null() {
        // SAFETY: a home without a root is the first field of a boxed `Root`, and as above.
        let root = unsafe { Box::from_raw(home.cast_mut().cast::<Root>()) };
        spare::give(root);
    } else {
        // SAFETY: a home with a root is the first field of a boxed `Slab`, and as above.
        drop(unsafe { Box::from_raw(home.cast_mut().cast::<Slab>()) });
        // SAFETY: the slab kept the root until here.
        release(unsafe { &raw const (*root).home });
    }
}

/// A few roots that this thread has no use for now.
///
/// A gather of a few children would otherwise spend more on its root than on its children.
#[cfg(all(feature = "std", not(ringfence_loom)))]
mod spare {
    use super::Root;
    use smallvec::SmallVec;
    use std::{boxed::Box, cell::RefCell};

    /// How many roots a thread keeps, of three cache lines each.
    const KEPT: usize = 8;

    thread_local! {
        static SPARE: RefCell<SmallVec<[Box<Root>; KEPT]>> = const {
            RefCell::new(SmallVec::new_const())
        };
    }

    #[inline]
    pub(super) fn take() -> Option<Box<Root>> {
        SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten()
    }

    pub(super) fn give(root: Box<Root>) {
        // No waker of a parent is left in it: the set took it, or who rang.
        let mut root = Some(root);
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT {
                spare.extend(root.take());
            }
        });
    }
}

/// Without threads of one's own to keep them, and for loom, nothing is kept.
#[cfg(not(all(feature = "std", not(ringfence_loom))))]
mod spare {
    use super::Root;
    use alloc::boxed::Box;

    pub(super) fn take() -> Option<Box<Root>> {
        None
    }

    pub(super) fn give(root: Box<Root>) {
        drop(root);
    }
}
