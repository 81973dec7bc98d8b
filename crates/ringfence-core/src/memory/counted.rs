//! What several own, in memory of an arena.

#[cfg(not(ringfence_loom))]
use super::arena::Arena;
use super::arena::{Hold, Space};
use crate::sync::atomic::{AtomicU32, Ordering};
#[cfg(not(ringfence_loom))]
use core::cell::RefCell;
use core::{mem, ops::Deref, ptr::NonNull};
use std::process::abort;

/// One of those who own an `S`, which goes with the last of them.
///
/// An `Arc`, but for what a child on a runtime does not pay for here: its memory may be of a block
/// with that of others; there are no weak owners; and who is the only one knows that by a look.
///
/// # Invariants
///
/// I18. What is owned is there as long as one owns it, and each owner is counted, once. It is touched
///      by `&` only, unless its owner is the only one.
pub(crate) struct Owner<S: ?Sized>(NonNull<Counted<S>>);

/// What is owned, where it stays.
#[repr(C)]
pub(crate) struct Counted<S: ?Sized> {
    owners: AtomicU32,
    /// How far into its block of memory this is.
    offset: u32,
    value: S,
}

/// More owners than there are unless somebody forgets them.
const MANY: u32 = u32::MAX / 2;

#[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
// SAFETY: I18: it refers to what is owned, and may be the last that does.
unsafe impl<S: ?Sized + Send + Sync> Send for Owner<S> {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
// SAFETY: as above.
unsafe impl<S: ?Sized + Send + Sync> Sync for Owner<S> {}

/// Space for what is to be owned, which is lost unless it is filled.
#[must_use]
pub(crate) struct Vacant<S>(Space<Counted<S>>);

#[cfg(not(ringfence_loom))]
std::thread_local! {
    /// Where what is owned is, that comes to be on this thread.
    static HERE: RefCell<Arena> = const { RefCell::new(Arena::new()) };
}

impl<S> Vacant<S> {
    /// Space in this thread's arena.
    #[cfg(not(ringfence_loom))]
    #[inline]
    pub(crate) fn here() -> Self {
        // A thread that is being torn down has none.
        let space = HERE.try_with(|here| here.try_borrow_mut().ok().map(|mut here| here.take()));
        Self(space.ok().flatten().unwrap_or_else(Space::alone))
    }

    /// Space that is nobody else's: an arena would be shared by the executions of a model.
    #[cfg(ringfence_loom)]
    pub(crate) fn here() -> Self {
        Self(Space::alone())
    }

    /// Puts `value` there, and returns its first owner.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
    pub(crate) fn fill(self, value: S) -> Owner<S> {
        let Space { place, offset } = self.0;
        // SAFETY: it is space for that, and nobody else has it.
        unsafe { place.write(Counted { owners: AtomicU32::new(1), offset, value }) };
        Owner(place)
    }
}

impl<S: ?Sized> Owner<S> {
    /// Gives up the owner, but not its count.
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<Counted<S>> {
        let raw = self.0;
        mem::forget(self);
        raw
    }

    /// Where what is owned is. The count is this owner's still.
    #[inline]
    pub(crate) fn as_raw(&self) -> NonNull<Counted<S>> {
        self.0
    }

    /// The owner whose count was given up.
    ///
    /// # Safety
    ///
    /// It comes from [`into_raw`](Self::into_raw), and is no other owner's again; or from
    /// [`as_raw`](Self::as_raw), and is forgotten before that owner goes.
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
    pub(crate) unsafe fn from_raw(raw: NonNull<Counted<S>>) -> Self {
        Self(raw)
    }

    /// Another owner, made by the only one there is: that takes no exchange.
    #[inline]
    pub(crate) fn second(&mut self) -> Option<Self> {
        self.is_only().then(|| {
            // Relaxed: the other gets to another thread by what orders this before.
            self.counted().owners.store(2, Ordering::Relaxed);
            Self(self.0)
        })
    }

    /// Whether nobody else owns it.
    #[inline]
    pub(crate) fn is_only(&self) -> bool {
        // Acquire: pairs with the Release of the others' last word, in `drop`.
        self.counted().owners.load(Ordering::Acquire) == 1
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
    fn counted(&self) -> &Counted<S> {
        // SAFETY: I18.
        unsafe { self.0.as_ref() }
    }

    /// Drops what is owned, and gives the memory back.
    ///
    /// # Safety
    ///
    /// This is the only owner, or was the last one.
    #[inline(never)]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
    unsafe fn free(&mut self) {
        let offset = self.counted().offset;
        // Until the end of this, also if a destructor panics.
        // SAFETY: it came from there, and whoever frees it is the only one.
        let _memory = unsafe { Hold::of(self.0.cast::<u8>(), offset) };
        // SAFETY: nobody else has it, says the caller.
        unsafe { self.0.drop_in_place() };
    }
}

impl<S: ?Sized> Clone for Owner<S> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed: whoever has an owner knows of this already.
        if self.counted().owners.fetch_add(1, Ordering::Relaxed) > MANY {
            abort();
        }
        Self(self.0)
    }
}

impl<S: ?Sized> Deref for Owner<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.counted().value
    }
}

impl<S: ?Sized> Drop for Owner<S> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U32")]
    fn drop(&mut self) {
        // AcqRel: the last comes after all that the others have done.
        if self.is_only() || self.counted().owners.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: just looked at: it is the only one, or was the last.
            unsafe { self.free() };
        }
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;

#[cfg(all(test, ringfence_loom))]
mod models;
