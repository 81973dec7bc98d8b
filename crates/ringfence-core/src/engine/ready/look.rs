//! Who waits, and whether anyone was woken: for who polls a set in the place of its parent.

use super::{Ready, State};
use core::task::Waker;

impl Ready {
    /// Lets the caller poll in the place of the parent: with the waker of its latest poll, if that is
    /// known.
    ///
    /// If that is to be woken when somebody else's ringing is over, it is woken now.
    pub(crate) fn stand_in(&self) -> Option<Waker> {
        let State::Rooted(_) = self.state else { return None };
        let parent = &self.root().bell.parent;
        match parent.take_asked() {
            Some(latest) => {
                latest.wake_by_ref();
                Some(latest)
            }
            None => parent.waker().cloned(),
        }
    }

    /// Whether there are children whom the next turn polls.
    pub(crate) fn has_woken(&self) -> bool {
        // Nobody waits for those who have not kept a waker.
        let State::Rooted(_) = self.state else { return self.bits != 0 || self.marked != 0 };
        let root = self.root();
        let outside =
            if self.headers == 1 { root.has_woken_alone() } else { root.bell.has_queued() };
        self.bits != 0 || self.marked != 0 || !root.lane.is_empty() || outside
    }
}
