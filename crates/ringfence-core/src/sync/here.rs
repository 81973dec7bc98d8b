//! Which thread this is.

use core::ptr;

/// A thread, as long as it runs: the address of a thread-local of its own, which is a multiple of
/// eight.
pub(crate) type Here = usize;

/// What is at the address.
#[repr(align(8))]
struct Place(#[expect(dead_code, reason = "what takes no room has no address")] u8);

/// Returns this thread.
#[cfg(not(ringfence_loom))]
#[inline]
pub(crate) fn here() -> Here {
    std::thread_local! {
        static HERE: Place = const { Place(0) };
    }
    HERE.with(|here| ptr::from_ref(here).addr())
}

/// Returns this thread of the model.
#[cfg(ringfence_loom)]
pub(crate) fn here() -> Here {
    loom::thread_local! {
        static HERE: Box<Place> = Box::new(Place(0));
    }
    HERE.with(|here| ptr::from_ref(&**here).addr())
}
