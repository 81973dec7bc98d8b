//! Memory for children: blocks that several share, and what several own in them.

pub(crate) mod arena;
#[cfg(feature = "std")]
pub(crate) mod counted;
