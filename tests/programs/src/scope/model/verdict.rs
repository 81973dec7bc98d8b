//! What a poll ought to have come to.

use super::{Answer, Fault, Model, Phase, Status};
use crate::scope::stage::{BODY, Id, Kind, Last};
use std::{collections::BTreeSet, mem};

impl Model {
    /// The scope's future is polled, at this time.
    pub(in crate::scope) fn begin(&mut self, now: u64) {
        self.deadline = self.deadline.or(self.script.timeout.map(|limit| now + limit));
        self.late = self.is_late(now);
        self.calls = false;
        self.cut.clear();
    }

    /// The scope hears of failures whose handles were dropped.
    fn hear(&mut self) {
        for fault in mem::take(&mut self.overdue) {
            let before = (self.failures.len(), self.sunk.len());
            self.fail(fault);
            if (self.failures.len(), self.sunk.len()) != before {
                self.heard.push(fault);
            }
        }
    }

    /// Whether the body and all regular children have ended, without being cut in this poll.
    pub(super) fn is_quiet(&self) -> bool {
        let mut regular = self.actors.iter().filter(|(_, actor)| actor.is_regular());
        regular.all(|(id, actor)| !actor.runs() && !self.cut.contains(id))
    }

    fn is_late(&self, now: u64) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    /// The poll has said that it is pending.
    pub(in crate::scope) fn pending(&mut self, now: u64) {
        let was_decided = self.decided;
        self.hear();
        if self.decided && !was_decided {
            assert!(
                self.script.grace > 0,
                "it is pending after a failure of a handle that is gone"
            );
        }
        match self.phase {
            Phase::Done => panic!("it is pending after its end"),
            Phase::Ending(until) => {
                let left: Vec<_> = self.running().collect();
                assert!(!left.is_empty(), "it is pending, and all have ended");
                assert!(now < until, "it is pending after the grace");
            }
            Phase::Open => {
                let quiet = self.is_quiet();
                self.maybe_elapsed = self.script.grace > 0 && self.is_late(now);
                self.elapsed = !self.decided && !self.cancelled && !quiet && self.is_late(now);
                if self.decided || self.cancelled || quiet || self.elapsed {
                    assert!(self.script.grace > 0, "it is pending after the decision");
                    self.phase = Phase::Ending(now + self.script.grace);
                    let left: Vec<_> = self.running().collect();
                    assert!(!left.is_empty(), "it is pending, and all have ended");
                }
            }
        }
        self.nobody_is_left();
    }

    /// Everyone who was woken has been polled, and who has a place has begun.
    fn nobody_is_left(&mut self) {
        self.stale = false;
        let open = self.phase == Phase::Open;
        let places =
            self.script.limit.unwrap_or(usize::MAX).saturating_sub(self.regular_that_run());
        for (id, actor) in self.actors.iter().filter(|(_, actor)| actor.runs()) {
            if actor.begun {
                assert!(!actor.due, "{id} was woken, and is not polled");
                assert!(!actor.asked, "{id} was cancelled, and lives");
            } else {
                assert!(open, "{id} had not begun at the decision, and lives");
                assert!(actor.is_regular() && places == 0, "{id} has not begun");
            }
        }
    }

    /// The poll has ended: says how it ought to.
    pub(in crate::scope) fn ready(&mut self, now: u64) -> Answer {
        let quiet = self.is_quiet();
        match self.phase {
            Phase::Done => panic!("it ends twice"),
            Phase::Ending(until) => {
                let cut = !self.cut.is_empty();
                assert!(!cut || now >= until, "{:?} are dropped within the grace", self.cut);
            }
            Phase::Open => {
                let asked = self.decided || self.cancelled || quiet;
                self.elapsed = !asked && self.is_late(now);
                self.maybe_elapsed = self.script.grace > 0 && self.is_late(now);
                let overdue = !self.overdue.is_empty();
                assert!(asked || self.elapsed || overdue, "it ends for no reason");
            }
        }
        self.check_order_of_drops();
        self.hear();
        self.phase = Phase::Done;
        let left: Vec<_> = self.running().collect();
        assert!(left.is_empty(), "{left:?} outlive the scope");
        assert_eq!(sorted(&self.told_to_sink), sorted(&self.sunk), "told to the sink");
        let value = self.actors[&BODY].status == Status::Ended(Last::End);
        match () {
            () if self.panicked => Answer::Panicked,
            () if !self.failures.is_empty() => Answer::Failed(self.failures.clone()),
            () if self.elapsed => Answer::Elapsed,
            () if value => Answer::Value,
            () => Answer::Cancelled(self.cancelled),
        }
    }

    /// Compares what a scope says with what it ought to; of failures that were heard of late, the
    /// place among the others is not fixed.
    pub(in crate::scope) fn compare(&self, said: &Answer, expected: &Answer) {
        let (Answer::Failed(said), Answer::Failed(expected)) = (said, expected) else {
            let elapsed = *said == Answer::Elapsed && self.maybe_elapsed;
            assert!(said == expected || elapsed, "{said:?}, and not {expected:?}");
            return;
        };
        assert_eq!(sorted(said), sorted(expected));
        let in_time = |faults: &[Fault]| -> Vec<Fault> {
            faults.iter().filter(|fault| !self.heard.contains(fault)).copied().collect()
        };
        assert_eq!(in_time(said), in_time(expected), "failures, in the order of their coming");
    }

    /// The scope's future was dropped.
    pub(in crate::scope) fn abandoned(&mut self) {
        self.check_order_of_drops();
        self.phase = Phase::Done;
        let left: Vec<_> = self.running().collect();
        assert!(left.is_empty(), "{left:?} outlive the scope");
    }

    /// The body first, then regular children as they came, then daemons as they did not.
    fn check_order_of_drops(&self) {
        let rank = |id: &Id| match self.actors[id].kind {
            Kind::Daemon => (true, usize::MAX - id),
            _ => (false, *id),
        };
        assert!(self.cut.is_sorted_by_key(rank), "{:?} are dropped in this order", self.cut);
    }

    /// When the next thing is due of which the clock tells.
    pub(in crate::scope) fn is_due(&self, now: u64) -> bool {
        match self.phase {
            Phase::Open => self.is_late(now),
            Phase::Ending(until) => now >= until,
            Phase::Done => false,
        }
    }

    /// Those that were dropped, or never will be since the scope was forgotten.
    pub(in crate::scope) fn ended_ids(&self) -> BTreeSet<Id> {
        let ended = self.actors.iter().filter(|(_, actor)| !actor.runs());
        ended.map(|(id, _)| *id).collect()
    }
}

fn sorted(faults: &[Fault]) -> Vec<(Id, bool)> {
    let mut sorted: Vec<_> = faults.iter().map(|(id, last)| (*id, *last == Last::Panic)).collect();
    sorted.sort_unstable();
    sorted
}
