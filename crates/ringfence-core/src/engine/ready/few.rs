//! A few children who are all there from the beginning.

use super::{Ready, WIDTH};

impl Ready {
    /// Has one header, and of its children so many are to be polled.
    #[inline]
    pub(crate) fn of_few(children: usize) -> Self {
        debug_assert!(children <= WIDTH, "as many as share a header");
        let mut ready = Self::new();
        ready.add_header();
        ready.bits = all(children);
        ready
    }

    /// Whether all of `children` are to be polled, and none has been handed out.
    #[inline]
    pub(crate) fn has_all(&self, children: usize) -> bool {
        self.bits == all(children)
    }
}

/// The bits of the first `children` of a header.
#[inline]
fn all(children: usize) -> usize {
    usize::MAX.checked_shr((usize::BITS as usize - children) as u32).unwrap_or(0)
}
