//! The only door to locks, atomics and cells; and which thread this is.
//!
//! Under `cfg(ringfence_loom)` the same names are loom's, so that every interleaving of the code
//! that uses them can be explored. Nothing else in the crate names `core::sync`, `std::sync` or
//! `core::cell::UnsafeCell`.

#[cfg(feature = "std")]
pub(crate) mod here;
#[cfg(all(test, ringfence_loom))]
pub(crate) mod models;

#[cfg(not(ringfence_loom))]
pub(crate) use alloc::sync::Arc;
#[cfg(not(ringfence_loom))]
pub(crate) use core::sync::atomic;
#[cfg(ringfence_loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::{Arc, atomic},
};

pub(crate) use lock::Lock;

/// A cell without rules, lent as a raw pointer for the length of a closure.
///
/// The shape is loom's, which checks that no two closures overlap.
#[cfg(not(ringfence_loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

#[cfg(not(ringfence_loom))]
impl<T> UnsafeCell<T> {
    /// Wraps `value`.
    pub(crate) const fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    /// Unwraps the value.
    #[inline]
    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }

    /// Lends the value for reading.
    #[inline]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Lends the value for writing.
    #[inline]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// The lock where there is an operating system: a mutex that does not know of poison.
///
/// A panic under the lock needs foreign code under the lock, and there is none.
#[cfg(any(feature = "std", ringfence_loom))]
mod lock {
    #[cfg(ringfence_loom)]
    use loom::sync::Mutex;
    #[cfg(not(ringfence_loom))]
    use std::sync::Mutex;
    use std::sync::PoisonError;

    /// A value that one thread at a time may look at.
    ///
    /// There is no guard: whoever has the value has it for the length of a closure, which must not
    /// call foreign code (`wake`, `poll`, clone or drop of a user's value).
    #[derive(Debug)]
    pub struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        /// Wraps `value`.
        #[cfg(not(ringfence_loom))]
        pub(crate) const fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        /// Wraps `value`.
        #[cfg(ringfence_loom)]
        pub(crate) fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        /// Calls `f` with the value, once no other thread has it.
        #[inline]
        pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
            f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }

        /// Returns the value, which nobody else can see now.
        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
        }

        /// Unwraps the value.
        pub(crate) fn into_inner(self) -> T {
            self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// The lock where there is none: it spins, since there is no one to park with.
#[cfg(not(any(feature = "std", ringfence_loom)))]
mod lock {
    use core::{
        cell::UnsafeCell,
        fmt, hint,
        sync::atomic::{AtomicBool, Ordering},
    };

    /// A value that one thread at a time may look at.
    ///
    /// There is no guard: whoever has the value has it for the length of a closure, which must not
    /// call foreign code (`wake`, `poll`, clone or drop of a user's value).
    ///
    /// # Invariants
    ///
    /// I1. `value` is touched through `&self` only by the thread that changed `held` from `false`
    /// to `true` and has not changed it back.
    pub struct Lock<T> {
        /// Whether a thread has the value.
        held: AtomicBool,
        /// What is guarded (I1).
        value: UnsafeCell<T>,
    }

    #[expect(unsafe_code, reason = "docs/unsafe.md, U1")]
    // SAFETY: I1: one thread at a time has the value, so that it is only ever sent, never shared.
    unsafe impl<T: Send> Sync for Lock<T> {}

    impl<T> Lock<T> {
        /// Wraps `value`.
        pub(crate) const fn new(value: T) -> Self {
            Self { held: AtomicBool::new(false), value: UnsafeCell::new(value) }
        }

        /// Calls `f` with the value, once no other thread has it.
        #[inline]
        pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
            // Acquire: pairs with the Release in Held::drop (I1).
            while self
                .held
                .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                .is_err()
            {
                hint::spin_loop();
            }
            let _held = Held(&self.held);
            #[expect(unsafe_code, reason = "docs/unsafe.md, U1")]
            // SAFETY: I1, since this thread has just taken `held`, and gives it back when `_held`
            // is dropped, after the last use of the reference.
            let value = unsafe { &mut *self.value.get() };
            f(value)
        }

        /// Returns the value, which nobody else can see now.
        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.value.get_mut()
        }

        /// Unwraps the value.
        pub(crate) fn into_inner(self) -> T {
            self.value.into_inner()
        }
    }

    impl<T> fmt::Debug for Lock<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Lock").finish_non_exhaustive()
        }
    }

    /// Gives the value back when dropped, also while unwinding.
    struct Held<'a>(&'a AtomicBool);

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            // Release: pairs with the Acquire in Lock::with (I1).
            self.0.store(false, Ordering::Release);
        }
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    extern crate std;

    use super::Lock;

    #[test]
    fn a_lock_lends_its_value_and_gives_it_back() {
        let mut lock = Lock::new(1);
        assert_eq!(lock.with(|n| core::mem::replace(n, 2)), 1);
        *lock.get_mut() += 1;
        assert_eq!(lock.into_inner(), 3);
    }

    #[test]
    fn a_lock_lends_its_value_to_one_thread_at_a_time() {
        let lock = Lock::new(0);
        let add = || (0..1_000).for_each(|_| lock.with(|n| *n += 1));
        std::thread::scope(|threads| {
            threads.spawn(add);
            threads.spawn(add);
        });
        assert_eq!(lock.into_inner(), 2_000);
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_lock_outlives_a_panic_under_it() {
        let lock = Lock::new(1);
        let _ = crate::outcome::catch(|| lock.with(|_| panic!("under the lock")));
        assert_eq!(lock.with(|n| *n), 1);
    }
}
