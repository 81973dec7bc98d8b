//! Tasks that are watched: how often each was polled, whether it is now, and whether it is gone.
//!
//! What a child sees of itself does not tell whether its drop came too late: its poll may have begun
//! before the drop, though its first line runs after it. What is around the child's task does: while
//! its runtime is not inside of a poll of that task, nobody is inside of the child.

use super::patience::wait_until;
use crate::lock::Lock;
use ringfence_core::rt::{Refused, Spawn, Task};
use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

/// A runtime whose tasks are watched.
#[derive(Clone)]
pub(super) struct Watch {
    spawner: Arc<dyn Spawn>,
    /// In the order of their spawns.
    tasks: Arc<Lock<Vec<Arc<Polls>>>>,
}

/// The polls of one task.
///
/// All orderings are `SeqCst`: what is compared are counts of several threads, in the one order
/// that they then have.
#[derive(Default)]
pub(super) struct Polls {
    begun: AtomicUsize,
    ended: AtomicUsize,
    /// Whether somebody has found out whose task it is.
    is_claimed: AtomicBool,
    is_gone: AtomicBool,
}

/// The polls of one task, as they were at a moment.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// How many had begun.
    pub(super) begun: usize,
    /// Whether the task may have been inside of one.
    pub(super) inside: bool,
    /// Whether it was known whose task it is.
    pub(super) claimed: bool,
}

impl Watch {
    pub(super) fn new(spawner: Arc<dyn Spawn>) -> Self {
        Self { spawner, tasks: Arc::default() }
    }

    /// Waits until there are so many tasks, each was polled, and none is inside of a poll.
    pub(super) fn wait_until_idle(&self, tasks: usize) {
        let is_idle = |seen: &Seen| seen.begun > 0 && !seen.inside;
        wait_until(|| {
            let seen = self.look();
            seen.len() == tasks && seen.iter().all(is_idle)
        });
    }

    /// Waits until all tasks have been dropped by the runtime.
    pub(super) fn wait_until_gone(&self) {
        wait_until(|| self.are_gone());
    }

    /// Whether all tasks have been dropped by the runtime.
    pub(super) fn are_gone(&self) -> bool {
        self.tasks.with(|tasks| tasks.iter().all(|task| task.is_gone.load(SeqCst)))
    }

    /// Returns the polls of all tasks, in the order of their spawns.
    pub(super) fn look(&self) -> Vec<Seen> {
        self.tasks.with(|tasks| tasks.iter().map(|task| task.look()).collect())
    }

    /// Returns the place of a task among those that were spawned here.
    pub(super) fn place_of(&self, task: &Arc<Polls>) -> Option<usize> {
        self.tasks.with(|tasks| tasks.iter().position(|known| Arc::ptr_eq(known, task)))
    }
}

impl Spawn for Watch {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        let polls = Arc::new(Polls::default());
        self.tasks.with(|tasks| tasks.push(Arc::clone(&polls)));
        self.spawner.spawn(Task::new(Watched { task, polls: Gone(polls) }))
    }
}

impl Polls {
    fn look(&self) -> Seen {
        let claimed = self.is_claimed.load(SeqCst);
        // The ends first: if as many have begun after that, then none was under way.
        let ended = self.ended.load(SeqCst);
        let begun = self.begun.load(SeqCst);
        Seen { begun, inside: begun != ended, claimed }
    }

    /// Returns the number of the poll that the caller is inside of, counted from one.
    pub(super) fn number(&self) -> usize {
        self.begun.load(SeqCst)
    }

    /// Says that it is known whose task it is.
    pub(super) fn claim(&self) {
        self.is_claimed.store(true, SeqCst);
    }
}

thread_local! {
    /// The innermost watched task that this thread is inside of.
    static INSIDE: RefCell<Option<Arc<Polls>>> = const { RefCell::new(None) };
}

/// Returns the watched task that this thread is inside of.
pub(super) fn inside() -> Option<Arc<Polls>> {
    INSIDE.with_borrow(Option::clone)
}

struct Watched {
    // Dropped first.
    task: Task,
    polls: Gone,
}

impl Future for Watched {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let _inside = Inside::enter(Arc::clone(&self.polls.0));
        Pin::new(&mut self.task).poll(cx)
    }
}

/// Says that the task has been dropped.
struct Gone(Arc<Polls>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.is_gone.store(true, SeqCst);
    }
}

/// A poll of a task, until it is dropped.
struct Inside {
    polls: Arc<Polls>,
    outer: Option<Arc<Polls>>,
}

impl Inside {
    fn enter(polls: Arc<Polls>) -> Self {
        polls.begun.fetch_add(1, SeqCst);
        let outer = INSIDE.replace(Some(Arc::clone(&polls)));
        Self { polls, outer }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(self.outer.take());
        self.polls.ended.fetch_add(1, SeqCst);
    }
}
