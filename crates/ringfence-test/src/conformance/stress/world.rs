//! What all families of all rounds have in common.

use super::{
    family::{Closing, Fence},
    ringer::Ringer,
};
use crate::{
    conformance::{Host, patience::wait_until},
    lock::Lock,
};
use ringfence_core::rt::{Embedded, Spawn, SpawnBlocking, Timer};
use std::{
    fmt, mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

pub(super) struct World {
    spawner: Arc<dyn Spawn>,
    pub(super) pool: Option<Arc<dyn SpawnBlocking>>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) ringer: Ringer,
    /// How many children, jobs and families there are that have not been dropped.
    alive: AtomicUsize,
    /// Those of this round.
    fences: Lock<Vec<Arc<Fence>>>,
    /// What was wrong in this round.
    faults: Lock<Vec<String>>,
    /// What was seen in all rounds.
    children: AtomicUsize,
    tasks: AtomicUsize,
    jobs: AtomicUsize,
    ended: AtomicUsize,
    dropped: AtomicUsize,
    cut: AtomicUsize,
    inside: AtomicUsize,
}

impl World {
    pub(super) fn new(host: &impl Host) -> Self {
        Self {
            spawner: host.spawner(),
            pool: host.pool(),
            timer: host.timer().unwrap_or_else(|| Arc::new(Embedded)),
            ringer: Ringer::new(),
            alive: AtomicUsize::new(0),
            fences: Lock::default(),
            faults: Lock::default(),
            children: AtomicUsize::new(0),
            tasks: AtomicUsize::new(0),
            jobs: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
            inside: AtomicUsize::new(0),
        }
    }

    pub(super) fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::clone(&self.spawner)
    }

    /// Makes the fence of a family.
    pub(super) fn fence(self: &Arc<Self>) -> Arc<Fence> {
        let fence = Arc::new(Fence::new(self));
        self.fences.with(|fences| fences.push(Arc::clone(&fence)));
        fence
    }

    /// Notes that a child, a job or a family was made.
    pub(super) fn enter(&self) {
        self.alive.fetch_add(1, SeqCst);
    }

    /// Notes that a child, a job or a family was dropped.
    pub(super) fn leave(&self) {
        self.alive.fetch_sub(1, SeqCst);
    }

    pub(super) fn fault(&self, fault: String) {
        self.faults.with(|faults| faults.push(fault));
    }

    /// Notes a fault, unless `holds`.
    pub(super) fn expect(&self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.fault(fault());
        }
    }

    /// Waits until nothing of the round is left, and returns what was wrong in it; at once, if it is
    /// known that something was.
    pub(super) fn settle(&self) -> Vec<String> {
        let is_wrong = || self.faults.with(|faults| !faults.is_empty());
        wait_until(|| self.alive.load(SeqCst) == 0 || is_wrong());
        if is_wrong() {
            return self.faults.with(mem::take);
        }
        for fence in self.fences.with(mem::take) {
            wait_until(|| fence.is_over());
            self.tasks.fetch_add(fence.watch.look().len(), SeqCst);
            fence.check();
        }
        self.faults.with(mem::take)
    }

    pub(super) fn count_child(&self) {
        self.children.fetch_add(1, SeqCst);
    }

    pub(super) fn count_job(&self) {
        self.jobs.fetch_add(1, SeqCst);
    }

    pub(super) fn count_closed(&self, closing: Closing) {
        let count = match closing {
            Closing::Ended => &self.ended,
            Closing::Dropped => &self.dropped,
        };
        count.fetch_add(1, SeqCst);
    }

    /// Notes that a child had begun on the runtime, and not ended, when its parent came to its end.
    pub(super) fn count_cut(&self) {
        self.cut.fetch_add(1, SeqCst);
    }

    /// Notes that a child was inside of a poll when its parent had been dropped.
    pub(super) fn count_inside(&self) {
        self.inside.fetch_add(1, SeqCst);
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { children, tasks, jobs, ended, dropped, cut, inside, .. } = self;
        let [children, tasks, jobs, ended, dropped, cut, inside] =
            [children, tasks, jobs, ended, dropped, cut, inside].map(|count| count.load(SeqCst));
        write!(
            f,
            "{children} children, {tasks} tasks, {jobs} jobs, {ended} parents ended, {dropped} dropped, \
             {cut} remote children cut, {inside} inside of a poll after that"
        )
    }
}
