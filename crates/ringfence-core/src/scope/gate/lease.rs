//! A scope's gate, as its children have it.

use super::Gate;
// Not loom's, which cannot be had by a pointer.
use alloc::sync::Arc;
use core::ptr::NonNull;

/// A scope's gate, not counted: who has it is there no longer than the scope, or sees to it.
///
/// # Invariants
///
/// I14. The gate is there as long as any of the scope's children has a driver: who has drivers, the
///      door and the nest, drops them before the gate.
#[derive(Debug)]
pub(in crate::scope) struct Lease(NonNull<Gate>);

#[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
// SAFETY: it is a reference, or makes a count, which may be the last one.
unsafe impl Send for Lease where Arc<Gate>: Send {}

#[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
// SAFETY: as above.
unsafe impl Sync for Lease where Arc<Gate>: Sync {}

impl Lease {
    #[inline]
    pub(in crate::scope) fn new(gate: &Arc<Gate>) -> Self {
        Self(NonNull::new(Arc::as_ptr(gate).cast_mut()).expect("an `Arc` is not null"))
    }

    /// The gate.
    ///
    /// # Safety
    ///
    /// As long as it is borrowed, the scope has a child with a driver (I14).
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) unsafe fn gate(&self) -> &Gate {
        // SAFETY: says the caller.
        unsafe { self.0.as_ref() }
    }

    /// The gate, for as long as one likes.
    ///
    /// # Safety
    ///
    /// The scope has a child with a driver (I14).
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) unsafe fn keep(&self) -> Arc<Gate> {
        let gate = self.0.as_ptr().cast_const();
        // SAFETY: it is in an `Arc`, and counted, says the caller.
        unsafe { Arc::increment_strong_count(gate) };
        // SAFETY: this is that count.
        unsafe { Arc::from_raw(gate) }
    }
}
