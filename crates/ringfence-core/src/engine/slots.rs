//! A store that grows with late arrivals.

use super::{
    ready::{Ready, Slot},
    segments::Segments,
};

/// Children of one type, and who of them was woken.
///
/// The children are dropped first, since their destructors may wake each other.
#[derive(Debug)]
pub(crate) struct Slots<F> {
    pub(crate) children: Segments<F>,
    pub(crate) ready: Ready,
}

impl<F> Slots<F> {
    pub(crate) const fn new() -> Self {
        Self { children: Segments::new(), ready: Ready::new() }
    }

    /// Takes in a child.
    #[inline]
    pub(crate) fn insert(&mut self, child: F) -> Slot {
        self.children.insert(child, &mut self.ready)
    }
}
