//! The tasks of a runtime: which there are, and which of them are ready.

use super::{rng::Rng, runtime::Shared};
use ringfence_core::rt::{Job, Task, Why};
use std::{
    collections::BTreeMap,
    fmt,
    mem::replace,
    sync::{Arc, Weak},
    task::{Wake, Waker},
};

/// The number of a task, in the order of spawning, never used again.
pub(super) type TaskId = u64;

/// The future given to `run`, which comes before all tasks.
pub(super) const MAIN: TaskId = 0;

pub(super) struct Tasks {
    /// All that have not ended.
    slots: BTreeMap<TaskId, Slot>,
    /// Who was woken and not polled since. May name tasks that have ended.
    ready: Vec<TaskId>,
    spawned: TaskId,
    rng: Rng,
    /// Why nothing is taken in, if so.
    pub(super) refuses: Option<Why>,
    /// Who waits until all others wait, by a number of its own.
    pub(super) blocked_waiters: BTreeMap<u64, Waker>,
    waiters: u64,
}

struct Slot {
    work: Work,
    waker: Arc<TaskWaker>,
    queued: Queued,
    polls: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Queued {
    Yes,
    No,
}

/// What is in a slot.
pub(super) enum Work {
    /// The future given to `run`, which stays with it.
    Main,
    Task(Task),
    Job(Job),
    /// A task that is being polled.
    Taken,
}

impl Tasks {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            slots: BTreeMap::new(),
            ready: Vec::new(),
            spawned: MAIN,
            rng: Rng::new(seed),
            refuses: None,
            blocked_waiters: BTreeMap::new(),
            waiters: 0,
        }
    }

    /// Puts `work` into a slot of its own, ready to be polled.
    pub(super) fn add(&mut self, work: Work, shared: &Arc<Shared>) {
        let id = match work {
            Work::Main => MAIN,
            _ => {
                self.spawned += 1;
                self.spawned
            }
        };
        let waker = Arc::new(TaskWaker { id, shared: Arc::downgrade(shared) });
        self.slots.insert(id, Slot { work, waker, queued: Queued::Yes, polls: 0 });
        self.ready.push(id);
    }

    fn wake(&mut self, id: TaskId) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
        if replace(&mut slot.queued, Queued::Yes) == Queued::No {
            self.ready.push(id);
        }
    }

    /// Takes one of those that are ready, as the seed says.
    pub(super) fn take_ready(&mut self) -> Option<(TaskId, Work, Waker)> {
        while !self.ready.is_empty() {
            let pick = self.rng.below(self.ready.len());
            let id = self.ready.swap_remove(pick);
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.queued = Queued::No;
                slot.polls += 1;
                let work = replace(&mut slot.work, Work::Taken);
                return Some((id, work, Waker::from(Arc::clone(&slot.waker))));
            }
        }
        None
    }

    /// Puts back what was polled and is pending, or returns it if its slot is gone.
    pub(super) fn put_back(&mut self, id: TaskId, work: Work) -> Option<Work> {
        match self.slots.get_mut(&id) {
            Some(slot) => {
                slot.work = work;
                None
            }
            None => Some(work),
        }
    }

    pub(super) fn remove(&mut self, id: TaskId) {
        self.slots.remove(&id);
    }

    /// Takes all tasks out, but not the future given to `run`.
    #[must_use = "they must be dropped, once the tasks are unlocked"]
    pub(super) fn take_all(&mut self) -> Vec<Work> {
        let main = self.slots.remove(&MAIN);
        let slots = replace(&mut self.slots, main.map(|slot| (MAIN, slot)).into_iter().collect());
        slots.into_values().map(|slot| slot.work).collect()
    }

    pub(super) fn wait_all_blocked(&mut self, waker: Waker) -> u64 {
        self.waiters += 1;
        self.blocked_waiters.insert(self.waiters, waker);
        self.waiters
    }
}

/// The tasks that have not ended, one a line, with what is known of why they wait.
impl fmt::Display for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, slot) in &self.slots {
            // The slot holds one.
            let held = Arc::strong_count(&slot.waker) - 1;
            match *id {
                MAIN => write!(f, "\n  the future given to `run`")?,
                id => write!(f, "\n  task {id}")?,
            }
            write!(f, ": polled {} times, ", slot.polls)?;
            match held {
                0 => write!(f, "nobody holds its waker")?,
                1 => write!(f, "its waker is held once")?,
                held => write!(f, "its waker is held {held} times")?,
            }
        }
        Ok(())
    }
}

/// Wakes a task; keeps neither the task nor the runtime.
struct TaskWaker {
    id: TaskId,
    shared: Weak<Shared>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(shared) = self.shared.upgrade() {
            shared.tasks.with(|tasks| tasks.wake(self.id));
        }
    }
}
