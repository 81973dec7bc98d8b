//! A few children who are all there from the beginning.

use super::{Ready, WIDTH};

impl Ready {
    /// Has one header, and as many children, all of whom are to be polled.
    #[inline]
    pub(crate) fn of_few(children: usize) -> Self {
        debug_assert!(0 < children && children <= WIDTH, "as many as share a header");
        let mut ready = Self::new();
        ready.add_header();
        ready.bits = all(children);
        ready
    }

    /// Takes all of `children` at once, if none of them has been handed out since they were to be
    /// polled.
    #[inline]
    pub(crate) fn take_all(&mut self, children: usize) -> bool {
        let whole = self.bits == all(children);
        if whole {
            self.bits = 0;
        }
        whole
    }
}

/// The bits of the first `children` of a header.
#[inline]
fn all(children: usize) -> usize {
    usize::MAX >> (usize::BITS as usize - children)
}
