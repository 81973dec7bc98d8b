//! The one engine.

pub(crate) mod ready;
pub(crate) mod segments;
pub(crate) mod slots;
pub(crate) mod turn;
