//! How long a scope may take, and how long its end.

use super::gate::Gate;
use crate::outcome::TimeLimit;
use core::task::{Context, Poll};

/// Whose time is up.
#[cfg_attr(not(feature = "std"), expect(dead_code, reason = "without a clock no time is up"))]
pub(super) enum Over {
    /// The scope's, which had this limit.
    Scope(TimeLimit),
    /// That of some of those who were asked to end.
    Grace,
}

pub(super) use clock::Patience;

#[cfg(feature = "std")]
mod clock {
    use super::{Context, Gate, Over, Poll};
    use crate::time::{Deadline, Sleep, Until, in_force, sleep, until};
    use core::{pin::Pin, task::ready, time::Duration};

    /// The deadline of a scope, and the grace of those who are asked to end.
    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {
        pub(in crate::scope) deadline: Option<Deadline>,
        /// Of those who have none of their own.
        pub(in crate::scope) grace: Duration,
        /// Once they were asked.
        ending: Option<Ending>,
        /// What the gate was told of deadlines: the scope's, and those around it.
        told: [Option<std::time::Instant>; 2],
    }

    /// How far the end has come.
    #[derive(Debug, Default)]
    struct Ending {
        /// Those with so much grace or less have had it all, and before they were told so...
        passed: Duration,
        /// ... those with this much.
        before: Duration,
        /// Rings when the next have had it all, who have so much.
        next: Option<(Duration, Sleep)>,
    }

    impl Patience {
        /// Reads the clock, unless it was read before.
        pub(in crate::scope) fn begin(&mut self) {
            if let Some(deadline) = &mut self.deadline {
                deadline.begin();
            }
        }

        /// Puts the deadline in force, and tells the gate of it and of those around.
        pub(in crate::scope) fn enter(&mut self, gate: &Gate) -> Until {
            let own = self.deadline.as_ref().and_then(Deadline::instant);
            let now = [own, in_force()];
            if now != self.told {
                self.told = now;
                gate.note_deadlines(now);
            }
            until(own)
        }

        /// Counts the grace of those who were asked to end from now on.
        pub(in crate::scope) fn ask(&mut self) {
            // Nobody asks it any more, and it would wake who has asked it before.
            self.deadline = None;
            self.ending = Some(Ending::default());
        }

        /// Whether somebody with a grace of its own, or else the scope's, has had it all.
        pub(in crate::scope) fn is_over(&self, own: Option<Duration>) -> bool {
            let grace = own.unwrap_or(self.grace);
            self.ending.as_ref().is_some_and(|ending| grace <= ending.passed)
        }

        /// As `is_over`, of whoever has waited for it, and was not told so before.
        pub(in crate::scope) fn is_just_over(&self, own: Option<Duration>) -> bool {
            let grace = own.unwrap_or(self.grace);
            let just = |ending: &Ending| ending.before < grace && grace <= ending.passed;
            self.ending.as_ref().is_some_and(just)
        }

        /// Waits until the first of these have had all of their grace.
        pub(in crate::scope) fn wait_for(
            &mut self,
            graces: impl Iterator<Item = Option<Duration>>,
        ) {
            let Some(ending) = &mut self.ending else { return };
            let left = graces.map(|own| own.unwrap_or(self.grace));
            let next = left.filter(|grace| *grace > ending.passed).min();
            ending.next = match (ending.next.take(), next) {
                (_, None) => None,
                (None, Some(next)) => Some((next, sleep(next))),
                // From when that was up, which is not quite now.
                (Some((passed, mut rest)), Some(next)) if rest.is_elapsed() => {
                    match rest.deadline().and_then(|then| then.checked_add(next - passed)) {
                        Some(then) => rest.reset_at(then),
                        None => rest.reset(next - passed),
                    }
                    Some((next, rest))
                }
                (waits, Some(_)) => waits,
            };
        }

        /// Waits until a time is up.
        pub(in crate::scope) fn poll(&mut self, gate: &Gate, cx: &mut Context<'_>) -> Poll<Over> {
            if let Some(moved) = gate.take_deadline() {
                self.deadline = moved.map(Deadline::at);
                self.told[0] = moved;
                gate.note_deadlines(self.told);
            }
            if let Some(ending) = &mut self.ending {
                let Some((grace, rest)) = &mut ending.next else { return Poll::Pending };
                ready!(Pin::new(rest).poll(cx));
                ending.before = ending.passed;
                ending.passed = *grace;
                return Poll::Ready(Over::Grace);
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
    use core::time::Duration;

    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {}

    impl Patience {
        pub(in crate::scope) fn begin(&mut self) {}

        pub(in crate::scope) fn ask(&mut self) {}

        pub(in crate::scope) fn is_over(&self, _: Option<Duration>) -> bool {
            true
        }

        pub(in crate::scope) fn is_just_over(&self, _: Option<Duration>) -> bool {
            false
        }

        pub(in crate::scope) fn wait_for(&mut self, _: impl Iterator<Item = Option<Duration>>) {}

        pub(in crate::scope) fn poll(&mut self, _: &Gate, _: &mut Context<'_>) -> Poll<Over> {
            Poll::Pending
        }
    }
}
