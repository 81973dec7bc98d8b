//! Which thread this is.

use core::ptr;

/// A thread, as long as it runs: the address of a thread-local of its own.
pub(super) type Here = usize;

/// Returns this thread.
#[cfg(not(ringfence_loom))]
#[inline]
pub(super) fn here() -> Here {
    std::thread_local! {
        static HERE: u8 = const { 0 };
    }
    HERE.with(|here| ptr::from_ref(here).addr())
}

/// Returns this thread of the model.
#[cfg(ringfence_loom)]
pub(super) fn here() -> Here {
    loom::thread_local! {
        static HERE: Box<u8> = Box::new(0);
    }
    HERE.with(|here| ptr::from_ref(&**here).addr())
}
