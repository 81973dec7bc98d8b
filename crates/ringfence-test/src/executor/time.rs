//! The state of the virtual clock: the present, and who waits for which instant.

use super::tasks::TaskId;
use std::{collections::BTreeMap, task::Waker, time::Duration};

/// All instants are offsets from the runtime's start.
#[derive(Debug, Default)]
pub(super) struct Time {
    now: Duration,
    alarms: BTreeMap<Key, Alarm>,
    set: u64,
    pub(super) jumps: Jumps,
}

/// An alarm: when it rings, and a number that no other has.
pub(super) type Key = (Duration, u64);

/// Who is woken when the clock has come there.
#[derive(Debug)]
struct Alarm {
    waker: Waker,
    /// The task that was being polled when the alarm was set.
    task: TaskId,
}

/// Who moves the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Jumps {
    /// The runtime, when nothing is ready; and the test.
    #[default]
    Auto,
    /// The test.
    Held,
}

impl Time {
    pub(super) fn now(&self) -> Duration {
        self.now
    }

    /// Sets an alarm for `at`, which is not past.
    pub(super) fn set(&mut self, at: Duration, task: TaskId, waker: Waker) -> Key {
        let key = (at, self.set);
        self.set += 1;
        self.alarms.insert(key, Alarm { waker, task });
        key
    }

    /// Gives an alarm that has not rung another waker, and returns the old one.
    pub(super) fn change(&mut self, key: Key, waker: Waker) -> Option<Waker> {
        match self.alarms.get_mut(&key) {
            Some(alarm) => Some(std::mem::replace(&mut alarm.waker, waker)),
            None => Some(waker),
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Waker> {
        self.alarms.remove(&key).map(|alarm| alarm.waker)
    }

    pub(super) fn next_alarm(&self) -> Option<Duration> {
        self.alarms.keys().next().map(|key| key.0)
    }

    /// Returns when each alarm that is set will ring, and for whom.
    pub(super) fn alarms(&self) -> impl Iterator<Item = (Duration, TaskId)> {
        self.alarms.iter().map(|(key, alarm)| (key.0, alarm.task))
    }

    /// Moves the clock on, and returns the alarms that ring, earliest first.
    #[must_use = "who is due must be woken, once the clock is unlocked"]
    pub(super) fn advance_to(&mut self, now: Duration) -> Vec<(Duration, Waker)> {
        self.now = self.now.max(now);
        let mut due = Vec::new();
        while let Some(alarm) = self.alarms.first_entry() {
            let at = alarm.key().0;
            if at > self.now {
                break;
            }
            due.push((at, alarm.remove().waker));
        }
        due
    }
}
