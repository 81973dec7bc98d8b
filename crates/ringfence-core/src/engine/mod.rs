//! The one engine.

#[cfg(all(test, not(ringfence_loom)))]
mod parents;
pub(crate) mod ready;
pub(crate) mod segments;
pub(crate) mod slots;
pub(crate) mod turn;
