//! How long a scope may take, and how long its end.

use super::gate::Gate;
use crate::outcome::TimeLimit;
use core::task::{Context, Poll};

/// Whose time is up.
#[cfg_attr(not(feature = "std"), expect(dead_code, reason = "without a clock no time is up"))]
pub(super) enum Over {
    /// The scope's, which had this limit.
    Scope(TimeLimit),
    /// That of those who were asked to end.
    Grace,
}

pub(super) use clock::Patience;

#[cfg(feature = "std")]
mod clock {
    use super::{Context, Gate, Over, Poll};
    use crate::time::{Deadline, Sleep, sleep};
    use core::{pin::Pin, task::ready, time::Duration};

    /// The deadline of a scope, and the grace of those who are asked to end.
    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {
        pub(in crate::scope) deadline: Option<Deadline>,
        pub(in crate::scope) grace: Duration,
        /// Once they were asked.
        ending: Option<Sleep>,
    }

    impl Patience {
        /// Reads the clock, unless it was read before.
        pub(in crate::scope) fn begin(&mut self) {
            if let Some(deadline) = &mut self.deadline {
                deadline.begin();
            }
        }

        /// Waits for the end of those who were asked no longer than the grace; not at all, and
        /// false, if there is none.
        pub(in crate::scope) fn ask(&mut self) -> bool {
            // Nobody asks it any more, and it would wake who has asked it before.
            self.deadline = None;
            if self.grace.is_zero() {
                return false;
            }
            self.ending = Some(sleep(self.grace));
            true
        }

        /// Waits until a time is up.
        pub(in crate::scope) fn poll(&mut self, gate: &Gate, cx: &mut Context<'_>) -> Poll<Over> {
            if let Some(moved) = gate.take_deadline() {
                self.deadline = moved.map(Deadline::at);
            }
            if let Some(ending) = &mut self.ending {
                return Pin::new(ending).poll(cx).map(|()| Over::Grace);
            }
            let Some(deadline) = &mut self.deadline else { return Poll::Pending };
            ready!(deadline.poll(cx));
            Poll::Ready(Over::Scope(deadline.limit()))
        }
    }
}

/// Without a clock there are no deadlines, and there is no grace.
#[cfg(not(feature = "std"))]
mod clock {
    use super::{Context, Gate, Over, Poll};

    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {}

    impl Patience {
        pub(in crate::scope) fn begin(&mut self) {}

        pub(in crate::scope) fn ask(&mut self) -> bool {
            false
        }

        pub(in crate::scope) fn poll(&mut self, _: &Gate, _: &mut Context<'_>) -> Poll<Over> {
            Poll::Pending
        }
    }
}
