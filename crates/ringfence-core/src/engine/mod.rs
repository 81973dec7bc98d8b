//! The one engine.

pub(crate) mod ready;
