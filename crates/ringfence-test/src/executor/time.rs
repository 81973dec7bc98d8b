//! The state of the virtual clock: the present, and who waits for which instant.

use std::{collections::BTreeMap, task::Waker, time::Duration};

/// All instants are offsets from the runtime's start.
#[derive(Debug, Default)]
pub(super) struct Time {
    now: Duration,
    alarms: BTreeMap<Key, Waker>,
    set: u64,
    pub(super) jumps: Jumps,
}

/// An alarm: when it rings, and a number that no other has.
pub(super) type Key = (Duration, u64);

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
    pub(super) fn set(&mut self, at: Duration, waker: Waker) -> Key {
        let key = (at, self.set);
        self.set += 1;
        self.alarms.insert(key, waker);
        key
    }

    /// Gives an alarm that has not rung another waker, and returns the old one.
    pub(super) fn change(&mut self, key: Key, waker: Waker) -> Option<Waker> {
        self.alarms.insert(key, waker)
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Waker> {
        self.alarms.remove(&key)
    }

    pub(super) fn next_alarm(&self) -> Option<Duration> {
        self.alarms.keys().next().map(|key| key.0)
    }

    /// Returns when each alarm that is set will ring.
    pub(super) fn alarms(&self) -> impl Iterator<Item = Duration> {
        self.alarms.keys().map(|key| key.0)
    }

    /// Moves the clock on, and returns the wakers of the alarms that ring, earliest first.
    #[must_use = "who is due must be woken, once the clock is unlocked"]
    pub(super) fn advance_to(&mut self, now: Duration) -> Vec<Waker> {
        self.now = self.now.max(now);
        let mut due = Vec::new();
        while let Some(alarm) = self.alarms.first_entry() {
            if alarm.key().0 > self.now {
                break;
            }
            due.push(alarm.remove());
        }
        due
    }
}
