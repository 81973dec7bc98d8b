//! A value that few have.

use crate::sync::atomic::{AtomicPtr, Ordering};
use alloc::boxed::Box;
use core::{fmt, marker::PhantomData, ptr};

/// A value in a box, which is made for who asks for it first. A pointer, for those without.
///
/// # Invariants
///
/// I15. What is pointed at, if anything is, is in a box of this, and stays there until this is
///      dropped.
pub(super) struct OnDemand<T> {
    value: AtomicPtr<T>,
    boxed: PhantomData<Box<T>>,
}

#[expect(unsafe_code, reason = "docs/unsafe.md, U26")]
// SAFETY: by `&self`, all have the value by `&`; who has made it may be another than who drops it.
unsafe impl<T: Send + Sync> Sync for OnDemand<T> {}

impl<T> OnDemand<T> {
    #[inline]
    pub(super) fn new() -> Self {
        Self { value: AtomicPtr::new(ptr::null_mut()), boxed: PhantomData }
    }

    /// Returns the value, if anyone has asked for it.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U26")]
    pub(super) fn get(&self) -> Option<&T> {
        // Acquire: pairs with the Release of who has made it.
        let value = self.value.load(Ordering::Acquire);
        // SAFETY: I15.
        unsafe { value.as_ref() }
    }

    /// Returns the value, which is made if nobody has asked for it before.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U26")]
    pub(super) fn get_or_default(&self) -> &T
    where
        T: Default,
    {
        if let Some(value) = self.get() {
            return value;
        }
        let new = Box::into_raw(Box::default());
        // Release, and Acquire where another was first: as in `get`.
        let made =
            self.value.compare_exchange(ptr::null_mut(), new, Ordering::Release, Ordering::Acquire);
        let value = match made {
            Ok(_) => new,
            Err(first) => {
                // SAFETY: it was just taken out of its box, and nobody else has seen it.
                drop(unsafe { Box::from_raw(new) });
                first
            }
        };
        // SAFETY: I15.
        unsafe { &*value }
    }

    /// As [`get_or_default`](Self::get_or_default), to change it.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U26")]
    pub(super) fn get_mut_or_default(&mut self) -> &mut T
    where
        T: Default,
    {
        self.get_or_default();
        // Relaxed: nobody else has this.
        let value = self.value.load(Ordering::Relaxed);
        // SAFETY: I15, and as above.
        unsafe { &mut *value }
    }
}

impl<T> Drop for OnDemand<T> {
    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U26")]
    fn drop(&mut self) {
        // Relaxed: nobody else has this any more.
        let value = self.value.load(Ordering::Relaxed);
        if !value.is_null() {
            // SAFETY: I15.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnDemand<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(all(test, feature = "std", not(ringfence_loom)))]
mod tests {
    use super::OnDemand;
    use alloc::sync::Arc;
    use core::ptr;
    use std::{
        sync::{Barrier, Mutex},
        thread,
    };

    #[test]
    fn a_value_is_made_once_and_dropped_with_its_place() {
        let mut place = OnDemand::<Arc<u8>>::new();
        assert!(place.get().is_none());
        *place.get_mut_or_default() = Arc::new(7);
        let value = place.get_or_default().clone();
        assert_eq!((*value, Arc::strong_count(&value)), (7, 2));
        assert!(place.get().is_some_and(|there| Arc::ptr_eq(there, &value)));
        drop(place);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn who_asks_at_once_gets_the_same() {
        let rounds = if cfg!(miri) { 5 } else { 500 };
        for _ in 0..rounds {
            let (place, both) = (OnDemand::<Mutex<u8>>::new(), Barrier::new(2));
            let ask = || {
                both.wait();
                let value = place.get_or_default();
                *value.lock().unwrap() += 1;
                ptr::from_ref(value).addr()
            };
            thread::scope(|threads| {
                let other = threads.spawn(ask);
                assert_eq!(ask(), other.join().unwrap());
            });
            assert_eq!(place.get().map(|sum| *sum.lock().unwrap()), Some(2));
        }
    }
}
