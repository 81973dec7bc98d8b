//! An executor of one's own: a queue of tasks, and threads that poll them.

use ringfence_core::rt::{Embedded, Refused, Spawn, Task, Timer, Why};
use ringfence_test::conformance::Host;
use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Wake, Waker},
    thread::{self, JoinHandle},
};

/// The adapter: what spawns.
#[derive(Clone, Default)]
pub(crate) struct Crew(Arc<Queue>);

impl Spawn for Crew {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        let mut state = lock(&self.0.state);
        if state.is_closed {
            return Err(Refused { why: Why::Shutdown, refused: task });
        }
        let id = state.spawned;
        state.spawned += 1;
        let slot = Mutex::new(Slot { task: Some(task), turn: Turn::Ready });
        let entry = Arc::new(Entry { id, slot, queue: Arc::downgrade(&self.0) });
        state.unfinished.insert(id, Arc::clone(&entry));
        state.ready.push_back(entry);
        self.0.changed.notify_one();
        Ok(())
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// There is a task to poll, or never will be.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Arc<Entry>>,
    /// The idle ones, too: nobody else may know of them.
    unfinished: BTreeMap<u64, Arc<Entry>>,
    spawned: u64,
    is_closed: bool,
}

impl Queue {
    /// Polls tasks until the queue is closed.
    fn work(&self) {
        while let Some(entry) = self.next() {
            entry.poll(self);
        }
    }

    fn next(&self) -> Option<Arc<Entry>> {
        let mut state = lock(&self.state);
        while !state.is_closed {
            match state.ready.pop_front() {
                Some(entry) => return Some(entry),
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
        None
    }

    fn push(&self, entry: Arc<Entry>) {
        lock(&self.state).ready.push_back(entry);
        self.changed.notify_one();
    }

    /// Takes nothing any more, and polls nobody.
    fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    /// Drops the tasks of a queue that is closed, once nobody is inside of a poll.
    fn clear(&self) {
        let (_ready, unfinished) = {
            let mut state = lock(&self.state);
            (mem::take(&mut state.ready), mem::take(&mut state.unfinished))
        };
        for entry in unfinished.into_values() {
            let task = lock(&entry.slot).task.take();
            drop(task);
        }
    }
}

/// A task of the queue, which is its own waker.
struct Entry {
    id: u64,
    slot: Mutex<Slot>,
    queue: Weak<Queue>,
}

struct Slot {
    /// None while it is polled, and once it has ended.
    task: Option<Task>,
    turn: Turn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Idle,
    /// It is in the queue.
    Ready,
    Polled,
    /// It was woken inside of its poll.
    PolledAgain,
}

impl Entry {
    fn poll(self: Arc<Self>, queue: &Queue) {
        let taken = {
            let mut slot = lock(&self.slot);
            // Before the poll: a wake that comes inside of it asks for another one.
            slot.turn = Turn::Polled;
            slot.task.take()
        };
        let Some(mut task) = taken else { return };
        let waker = Waker::from(Arc::clone(&self));
        if Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_ready() {
            lock(&queue.state).unfinished.remove(&self.id);
            return;
        }
        let is_woken = {
            let mut slot = lock(&self.slot);
            let is_woken = slot.turn == Turn::PolledAgain;
            slot.task = Some(task);
            slot.turn = if is_woken { Turn::Ready } else { Turn::Idle };
            is_woken
        };
        if is_woken {
            queue.push(self);
        }
    }
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        let was = {
            let mut slot = lock(&self.slot);
            let was = slot.turn;
            slot.turn = match was {
                Turn::Idle | Turn::Ready => Turn::Ready,
                Turn::Polled | Turn::PolledAgain => Turn::PolledAgain,
            };
            was
        };
        if was == Turn::Idle {
            if let Some(queue) = self.queue.upgrade() {
                queue.push(self);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The executor with its threads: as the suite runs it.
pub(crate) struct OnCrew {
    crew: Crew,
    threads: Vec<JoinHandle<()>>,
}

impl OnCrew {
    pub(crate) fn of(threads: usize) -> Self {
        let crew = Crew::default();
        let work = |_| {
            let queue = Arc::clone(&crew.0);
            thread::spawn(move || queue.work())
        };
        Self { threads: (0..threads).map(work).collect(), crew }
    }
}

impl Host for OnCrew {
    fn spawner(&self) -> Arc<dyn Spawn> {
        Arc::new(self.crew.clone())
    }

    fn timer(&self) -> Option<Arc<dyn Timer>> {
        Some(Arc::new(Embedded))
    }

    fn refusing(&self) -> Option<Arc<dyn Spawn>> {
        let closed = Crew::default();
        closed.0.close();
        Some(Arc::new(closed))
    }

    fn threads(&self) -> usize {
        self.threads.len()
    }

    fn shut_down(self) -> Result<(), Self> {
        drop(self);
        Ok(())
    }
}

impl Drop for OnCrew {
    fn drop(&mut self) {
        self.crew.0.close();
        for thread in self.threads.drain(..) {
            assert!(thread.join().is_ok() || thread::panicking(), "no panic gets to the executor");
        }
        self.crew.0.clear();
    }
}
