//! Wakers that count, call and panic.

mod counting;
mod hooked;

pub use counting::CountingWaker;
pub use hooked::{HookedWaker, panicking_waker};
