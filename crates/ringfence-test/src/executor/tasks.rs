//! The tasks of a runtime: which there are, and which of them are ready.

use super::{choices::Choices, runtime::Shared};
use ringfence_core::rt::{Job, Task, Why};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    mem::replace,
    panic::Location,
    sync::{Arc, Weak},
    task::{Wake, Waker},
    time::Duration,
};

/// The number of a task, in the order of spawning, never used again.
pub(super) type TaskId = u64;

/// The future given to `run`, which comes before all tasks.
pub(super) const MAIN: TaskId = 0;

/// One poll in so many is of somebody whom nobody has woken, where the runtime is restless.
const CALM: usize = 4;

pub(super) struct Tasks {
    /// All that have not ended.
    slots: BTreeMap<TaskId, Slot>,
    /// Who was woken and not polled since. May name tasks that have ended.
    ready: Vec<TaskId>,
    spawned: TaskId,
    /// Who is being polled, or was last.
    pub(super) polled: TaskId,
    pub(super) choices: Choices,
    pub(super) temper: Temper,
    /// Whether somebody was polled for nothing since all were last blocked.
    disturbed: bool,
    /// Why nothing is taken in, if so.
    pub(super) refuses: Option<Why>,
    /// Who waits until all others wait, by a number of its own.
    pub(super) blocked_waiters: BTreeMap<u64, Waker>,
    waiters: u64,
}

/// Whether tasks are polled that nobody has woken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Temper {
    Calm,
    Restless,
}

struct Slot {
    work: Work,
    waker: Arc<TaskWaker>,
    queued: Queued,
    polls: u64,
    name: Option<String>,
    /// Where it was spawned, if that is known.
    place: Option<&'static Location<'static>>,
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
    /// A task that stays with the thread.
    Local,
    Job(Job),
    /// A task that is being polled.
    Taken,
}

impl Tasks {
    pub(super) fn new(choices: Choices) -> Self {
        Self {
            slots: BTreeMap::new(),
            ready: Vec::new(),
            spawned: MAIN,
            polled: MAIN,
            choices,
            temper: Temper::Calm,
            disturbed: false,
            refuses: None,
            blocked_waiters: BTreeMap::new(),
            waiters: 0,
        }
    }

    /// Puts `work` into a slot of its own, ready to be polled.
    pub(super) fn add(
        &mut self,
        work: Work,
        name: Option<String>,
        place: Option<&'static Location<'static>>,
        shared: &Arc<Shared>,
    ) -> TaskId {
        let id = match work {
            Work::Main => MAIN,
            _ => {
                self.spawned += 1;
                self.spawned
            }
        };
        let waker = Arc::new(TaskWaker { id, shared: Arc::downgrade(shared) });
        self.slots.insert(id, Slot { work, waker, queued: Queued::Yes, polls: 0, name, place });
        self.ready.push(id);
        id
    }

    fn wake(&mut self, id: TaskId) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
        if replace(&mut slot.queued, Queued::Yes) == Queued::No {
            self.ready.push(id);
        }
    }

    /// Takes one of those that are ready, as is chosen.
    pub(super) fn take_ready(&mut self) -> Option<(TaskId, Work, Waker)> {
        let may_disturb = self.temper == Temper::Restless && !self.ready.is_empty();
        if may_disturb && self.choices.choose(CALM) == 0 {
            self.wake_for_nothing();
        }
        while !self.ready.is_empty() {
            let pick = self.choices.choose(self.ready.len());
            let id = self.ready.swap_remove(pick);
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.queued = Queued::No;
                slot.polls += 1;
                self.polled = id;
                let work = replace(&mut slot.work, Work::Taken);
                return Some((id, work, Waker::from(Arc::clone(&slot.waker))));
            }
        }
        None
    }

    /// Makes one of those ready who wait, if the runtime is restless, once each time all wait.
    pub(super) fn disturb(&mut self) -> bool {
        self.disturbed = self.temper == Temper::Restless && !self.disturbed;
        if self.disturbed {
            self.wake_for_nothing();
        }
        self.disturbed
    }

    fn wake_for_nothing(&mut self) {
        let waiting = self.slots.iter().filter(|(_, slot)| slot.queued == Queued::No);
        let waiting: Vec<_> = waiting.map(|(id, _)| *id).collect();
        if !waiting.is_empty() {
            let pick = self.choices.choose(waiting.len());
            self.wake(waiting[pick]);
        }
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

    pub(super) fn unfinished(&self) -> usize {
        self.slots.keys().filter(|id| **id != MAIN).count()
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

    /// Writes those that have not ended, one a line, with what is known of why they wait.
    pub(super) fn report(&self, alarms: &[(Duration, TaskId)], to: &mut String) {
        for (id, slot) in &self.slots {
            *to += match *id {
                MAIN => "\n  the future given to `run`".to_owned(),
                id => format!("\n  task {id}"),
            }
            .as_str();
            if let Some(name) = &slot.name {
                write!(to, " `{name}`").expect("a string takes all");
            }
            if let Some(place) = slot.place {
                write!(to, ", {place}").expect("as above");
            }
            write!(to, ": polled {} times, ", slot.polls).expect("as above");
            // The slot holds one.
            *to += match Arc::strong_count(&slot.waker) - 1 {
                0 => "nobody holds its waker".to_owned(),
                1 => "its waker is held once".to_owned(),
                held => format!("its waker is held {held} times"),
            }
            .as_str();
            for (alarm, _) in alarms.iter().filter(|(_, task)| task == id) {
                write!(to, ", sleeps until {alarm:?}").expect("as above");
            }
        }
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
