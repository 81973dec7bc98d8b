//! A scope's gate, as its children have it.

use super::Gate;
use crate::sync::atomic::{AtomicPtr, Ordering};
// Not loom's, which cannot be had by a pointer.
use alloc::sync::Arc;
use core::marker::PhantomData;

/// A scope's gate, not counted unless this is extended: until then, who has it is there no longer
/// than the scope, or sees to it.
///
/// # States
///
/// ```text
///  lent ──1──▶ extended     1 `extend`
/// ```
///
/// # Invariants
///
/// I14. The gate is there as long as any of the scope's children has a driver: who has drivers, the
///      door and the nest, drops them before the gate. A lease that is extended counts it.
#[derive(Debug)]
pub(in crate::scope) struct Lease {
    /// Where the gate is, with [`EXTENDED`] in the address if this is.
    gate: AtomicPtr<Gate>,
    /// Which this may count.
    counted: PhantomData<Arc<Gate>>,
}

/// The bit of a lease that is extended, which a gate leaves free.
const EXTENDED: usize = 1;

const _: () = assert!(align_of::<Gate>() > EXTENDED);

impl Lease {
    #[inline]
    pub(in crate::scope) fn new(gate: &Arc<Gate>) -> Self {
        Self { gate: AtomicPtr::new(Arc::as_ptr(gate).cast_mut()), counted: PhantomData }
    }

    /// The gate.
    ///
    /// # Safety
    ///
    /// As long as it is borrowed, the scope has a child with a driver (I14).
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) unsafe fn gate(&self) -> &Gate {
        // SAFETY: says the caller.
        unsafe { &*self.place().0 }
    }

    /// The gate, for as long as one likes.
    ///
    /// # Safety
    ///
    /// The scope has a child with a driver (I14).
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) unsafe fn keep(&self) -> Arc<Gate> {
        let (gate, _) = self.place();
        // SAFETY: it is in an `Arc`, and counted, says the caller.
        unsafe { Arc::increment_strong_count(gate) };
        // SAFETY: this is that count.
        unsafe { Arc::from_raw(gate) }
    }

    /// From now on, the gate is there as long as this.
    ///
    /// # Safety
    ///
    /// The caller is a driver of one of the scope's children (I14), and the only one to extend this.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) unsafe fn extend(&self) {
        if let (_, true) = self.place() {
            return;
        }
        // SAFETY: says the caller.
        let gate = Arc::into_raw(unsafe { self.keep() });
        // Release: pairs with the Acquire in `place`, so that it is counted.
        self.gate.store(gate.map_addr(|gate| gate | EXTENDED).cast_mut(), Ordering::Release);
    }

    /// Whether this is extended.
    #[inline]
    pub(in crate::scope) fn is_extended(&self) -> bool {
        self.place().1
    }

    /// The gate, if this is extended.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    pub(in crate::scope) fn extended(&self) -> Option<&Gate> {
        let (gate, extended) = self.place();
        // SAFETY: I14: it is counted.
        extended.then(|| unsafe { &*gate })
    }

    /// Where the gate is, and whether this is extended.
    #[inline]
    fn place(&self) -> (*const Gate, bool) {
        // Acquire: pairs with the Release in `extend`.
        let lease = self.gate.load(Ordering::Acquire);
        (lease.map_addr(|gate| gate & !EXTENDED), lease.addr() & EXTENDED != 0)
    }
}

impl Drop for Lease {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    fn drop(&mut self) {
        if let (gate, true) = self.place() {
            // SAFETY: I14: this is its count.
            drop(unsafe { Arc::from_raw(gate) });
        }
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests {
    use super::{Gate, Lease};
    use alloc::sync::Arc;
    use core::ptr;

    #[test]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U23")]
    fn a_lease_counts_its_gate_once_it_is_extended() {
        let gate = Arc::new(Gate::new());
        let lease = Lease::new(&gate);
        assert_eq!(Arc::strong_count(&gate), 1);
        assert!(lease.extended().is_none());
        for _ in 0..2 {
            // SAFETY: the gate is there, and nobody else has the lease.
            unsafe { lease.extend() };
            assert_eq!(Arc::strong_count(&gate), 2, "it is counted once");
        }
        assert!(lease.extended().is_some_and(|extended| ptr::eq(extended, &*gate)));
        drop(lease);
        assert_eq!(Arc::strong_count(&gate), 1);
    }
}
