//! The one engine: how any number of children are driven inside one task.
//!
//! `README.md` beside this file tells the protocol, and why it is right.

pub(crate) mod crew;
pub(crate) mod drive;
pub(crate) mod joint;
pub(crate) mod keep;
pub(crate) mod limit;
pub(crate) mod links;
pub(crate) mod list;
pub(crate) mod members;
#[cfg(all(test, not(ringfence_loom)))]
mod parents;
pub(crate) mod policy;
pub(crate) mod ready;
pub(crate) mod segments;
pub(crate) mod slots;
pub(crate) mod source;
pub(crate) mod store;
pub(crate) mod tuple;
pub(crate) mod turn;
pub(crate) mod verb;

#[cfg(all(test, not(ringfence_loom)))]
mod tests;
