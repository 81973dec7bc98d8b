//! How long a scope may take, and how long its end.

use super::gate::Gate;
use crate::outcome::TimeLimit;
use core::task::{Context, Poll};

/// Whose time is up.
#[cfg_attr(not(feature = "std"), expect(dead_code, reason = "without a clock no time is up"))]
pub(super) enum Over {
    /// The scope's.
    Scope,
    /// That of some of those who were asked to end, or of a shield that they are behind.
    Grace,
}

pub(super) use clock::Patience;

#[cfg(feature = "std")]
mod clock {
    use super::{Context, Gate, Over, Poll, TimeLimit};
    use crate::{
        rt::{self, Timer},
        scope::gate::Shielded,
        time::{Deadline, Sleep, Until, in_force, sleep, sleep_until, until},
    };
    use alloc::{boxed::Box, vec::Vec};
    use core::{pin::Pin, task::ready, time::Duration};
    use std::time::Instant;

    /// The deadline of a scope, and the grace of those who are asked to end.
    ///
    /// Small, since most scopes have neither.
    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {
        clock: Option<Box<Clock>>,
        /// The earliest deadline around the scope, as the gate was told.
        around: Option<Instant>,
        /// Once they were asked to end.
        is_ending: bool,
    }

    /// What few scopes have.
    #[derive(Debug, Default)]
    struct Clock {
        deadline: Option<Deadline>,
        /// Its instant, as the gate was told.
        told: Option<Instant>,
        /// Of those who have none of their own.
        grace: Duration,
        /// Once they were asked.
        ending: Ending,
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
        /// Rings when the next shield is down, be it polled or not.
        shield: Option<Sleep>,
    }

    impl Patience {
        /// Sets the deadline.
        pub(in crate::scope) fn set_deadline(&mut self, deadline: Deadline) {
            self.clock.get_or_insert_default().deadline = Some(deadline);
        }

        /// Sets the grace of those who have none of their own.
        pub(in crate::scope) fn set_grace(&mut self, grace: Duration) {
            self.clock.get_or_insert_default().grace = grace;
        }

        /// Reads the clock, unless it was read before.
        pub(in crate::scope) fn begin(&mut self) {
            let deadline = self.clock.as_mut().and_then(|clock| clock.deadline.as_mut());
            if let Some(deadline) = deadline {
                deadline.begin();
            }
        }

        /// Puts the deadline in force, and tells the gate of it and of those around.
        pub(in crate::scope) fn enter(&mut self, gate: &Gate) -> Until {
            let around = in_force();
            let own = self.clock.as_ref().and_then(|clock| clock.instant());
            let told = self.clock.as_ref().and_then(|clock| clock.told);
            if (own, around) != (told, self.around) {
                self.tell(gate, own, around);
            }
            until(own)
        }

        #[cold]
        fn tell(&mut self, gate: &Gate, own: Option<Instant>, around: Option<Instant>) {
            self.around = around;
            if let Some(clock) = &mut self.clock {
                clock.told = own;
            }
            gate.note_deadlines([own, around]);
        }

        /// Counts the grace of those who were asked to end from now on.
        pub(in crate::scope) fn ask(&mut self) {
            self.is_ending = true;
            if let Some(clock) = &mut self.clock {
                // Nobody asks it any more, and it would wake who has asked it before.
                clock.deadline = None;
            }
        }

        /// Whether somebody with a grace of its own, or else the scope's, has had it all.
        fn is_over(&self, own: Option<Duration>) -> bool {
            match &self.clock {
                None => own.is_none_or(|grace| grace.is_zero()),
                Some(clock) => own.unwrap_or(clock.grace) <= clock.ending.passed,
            }
        }

        /// As `is_over`, of whoever has waited for it, and was not told so before.
        pub(in crate::scope) fn is_just_over(&self, own: Option<Duration>) -> bool {
            self.clock.as_ref().is_some_and(|clock| {
                let grace = own.unwrap_or(clock.grace);
                clock.ending.before < grace && grace <= clock.ending.passed
            })
        }

        /// Waits until the first of these have had all of their grace.
        pub(in crate::scope) fn wait_for(
            &mut self,
            graces: impl Iterator<Item = Option<Duration>>,
        ) {
            let default = self.clock.as_ref().map_or(Duration::ZERO, |clock| clock.grace);
            let left = graces.filter(|own| !self.is_over(*own));
            let Some(next) = left.map(|own| own.unwrap_or(default)).min() else { return };
            let clock = self.clock.get_or_insert_default();
            clock.ending.wait_for(next);
        }

        /// The slots of those, each with its own grace if it has one, who have not had all of it, or are
        /// behind a shield; of which it waits for the first to be down.
        pub(in crate::scope) fn spared(
            &mut self,
            gate: &Gate,
            graces: Vec<(usize, Option<Duration>)>,
        ) -> Vec<usize> {
            let mut up = self.up(gate);
            let is_up = |slot| up.iter().any(|shield| shield.slot == slot);
            let spared =
                graces.into_iter().filter(|(slot, own)| !self.is_over(*own) || is_up(*slot));
            let slots: Vec<_> = spared.map(|(slot, _)| slot).collect();
            up.retain(|shield| slots.contains(&shield.slot));
            if let Some(bound) = up.into_iter().filter_map(|shield| shield.bound).min() {
                let clock = self.clock.get_or_insert_default();
                clock.ending.shield.get_or_insert_with(|| sleep_until(bound)).reset_at(bound);
            }
            slots
        }

        /// Who is behind a shield whose bound has not passed.
        fn up(&self, gate: &Gate) -> Vec<Shielded> {
            let mut shielded = gate.shields();
            if !shielded.is_empty() {
                let passed = self.passed();
                shielded.retain(|shield| shield.bound.is_none_or(|bound| passed < bound));
            }
            shielded
        }

        /// The instant that has passed: that of the clock, which may lag behind a timer that has rung.
        fn passed(&self) -> Instant {
            let rung = self.clock.as_ref().and_then(|clock| clock.ending.shield.as_ref());
            let rung = rung.filter(|shield| shield.is_elapsed()).and_then(Sleep::deadline);
            rung.into_iter().fold(rt::timer().now(), Instant::max)
        }

        /// Waits until a time is up.
        pub(in crate::scope) fn poll(&mut self, gate: &Gate, cx: &mut Context<'_>) -> Poll<Over> {
            if !self.is_ending {
                return self.poll_deadline(gate, cx).map(|_| Over::Scope);
            }
            // It is too late to move the deadline.
            gate.take_deadline();
            let Some(clock) = &mut self.clock else { return Poll::Pending };
            clock.ending.poll(cx).map(|()| Over::Grace)
        }

        /// Waits until the time of the scope is up, which is not ending. Returns how much it had.
        pub(in crate::scope) fn poll_deadline(
            &mut self,
            gate: &Gate,
            cx: &mut Context<'_>,
        ) -> Poll<TimeLimit> {
            if let Some(moved) = gate.take_deadline() {
                self.clock.get_or_insert_default().deadline = moved.map(Deadline::at);
                self.tell(gate, moved, self.around);
            }
            let deadline = self.clock.as_mut().and_then(|clock| clock.deadline.as_mut());
            let Some(deadline) = deadline else { return Poll::Pending };
            ready!(deadline.poll(cx));
            Poll::Ready(deadline.limit())
        }
    }

    impl Clock {
        fn instant(&self) -> Option<Instant> {
            self.deadline.as_ref().and_then(Deadline::instant)
        }
    }

    impl Ending {
        /// Waits until those who have `next` have had it all, unless others are waited for.
        fn wait_for(&mut self, next: Duration) {
            let Some((passed, rest)) = &mut self.next else {
                self.next = Some((next, sleep(next)));
                return;
            };
            if rest.is_elapsed() {
                // From when that was up, which is not quite now.
                match rest.deadline().and_then(|then| then.checked_add(next - *passed)) {
                    Some(then) => rest.reset_at(then),
                    None => rest.reset(next - *passed),
                }
                *passed = next;
            }
        }

        fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            if self.poll_grace(cx).is_ready() {
                return Poll::Ready(());
            }
            let Some(shield) = self.shield.as_mut().filter(|shield| !shield.is_elapsed()) else {
                return Poll::Pending;
            };
            ready!(Pin::new(shield).poll(cx));
            // It is nobody's grace that is over.
            self.before = self.passed;
            Poll::Ready(())
        }

        fn poll_grace(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            let Some((grace, rest)) = &mut self.next else { return Poll::Pending };
            if rest.is_elapsed() {
                // Whoever is left is behind a shield.
                return Poll::Pending;
            }
            ready!(Pin::new(rest).poll(cx));
            self.before = self.passed;
            self.passed = *grace;
            Poll::Ready(())
        }
    }
}

/// Without a clock there are no deadlines, and there is no grace.
#[cfg(not(feature = "std"))]
mod clock {
    use super::{Context, Gate, Over, Poll, TimeLimit};
    use alloc::vec::Vec;
    use core::time::Duration;

    #[derive(Debug, Default)]
    pub(in crate::scope) struct Patience {}

    impl Patience {
        pub(in crate::scope) fn begin(&mut self) {}

        pub(in crate::scope) fn ask(&mut self) {}

        pub(in crate::scope) fn is_just_over(&self, _: Option<Duration>) -> bool {
            false
        }

        pub(in crate::scope) fn wait_for(&mut self, _: impl Iterator<Item = Option<Duration>>) {}

        pub(in crate::scope) fn spared(
            &mut self,
            _: &Gate,
            _: Vec<(usize, Option<Duration>)>,
        ) -> Vec<usize> {
            Vec::new()
        }

        pub(in crate::scope) fn poll(&mut self, _: &Gate, _: &mut Context<'_>) -> Poll<Over> {
            Poll::Pending
        }

        pub(in crate::scope) fn poll_deadline(
            &mut self,
            _: &Gate,
            _: &mut Context<'_>,
        ) -> Poll<TimeLimit> {
            Poll::Pending
        }
    }
}
