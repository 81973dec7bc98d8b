//! Places that many share.
//!
//! A [`Limiter`] has so many places, and hands them out in the order in which they are asked for.
//! It is one for a whole program where `.limit(n)` of a verb is for that verb: a verb, a scope or
//! a stream that was given one takes a place of it for each child, and gives it back when the
//! child has ended.
//
// # Who locks what
//
// One lock per limiter, over how many places are free and who waits in line. Nothing foreign runs
// under it: wakers are cloned before, and woken and dropped afterwards.
//
// # Invariants
//
// I1. The places that are free, those of permits, and those that were granted to who waits are the
//     capacity.
// I2. Who is first in line has asked for more than is free.
// I3. Who has a seat in line has it until it is told that it was granted its places, or leaves.

mod acquire;
mod line;
mod permit;

pub use acquire::Acquire;
pub use permit::Permit;

use crate::{
    outcome::drop_each,
    sync::{Arc, Lock},
};
use core::{fmt, task::Waker};
use line::{Line, Woken};

/// A number of places that many share, given in the order in which they are asked for.
///
/// Clones are the same limiter. Whoever asks for more places than are free waits in line, and
/// nobody is served before those who came before, so that who asks for many is not starved by
/// those who ask for few.
///
/// Verbs, scopes and streams take one for `.limit`: each of their children has a place of weight 1
/// for as long as it runs.
///
/// # Cost
///
/// One allocation for the limiter, and room in line for as many as waited at once. To take, to
/// give back and to leave the line is O(1), under one lock.
///
/// # Semantics
///
/// As tokio's `Semaphore`, but it cannot be closed, and its permits own their limiter.
///
/// # Examples
///
/// A limit on what two verbs do together:
///
/// ```
/// use ringfence_core::{Limiter, block_on, gather};
/// use std::cell::Cell;
///
/// let connections = Limiter::new(2);
/// let (open, most) = (Cell::new(0), Cell::new(0));
/// let fetch = async |page: u32| {
///     open.set(open.get() + 1);
///     most.set(most.get().max(open.get()));
///     // … and awaits the page.
///     open.set(open.get() - 1);
///     page
/// };
/// let texts = gather((0..10).map(&fetch)).limit(&connections);
/// let images = gather((10..20).map(&fetch)).limit(&connections);
/// let (texts, images) = block_on(gather((texts, images)));
/// assert_eq!((texts.len(), images.len()), (10, 10));
/// assert!(most.get() <= 2);
/// ```
#[derive(Clone)]
pub struct Limiter {
    shared: Arc<Shared>,
}

/// What the clones of a limiter share.
struct Shared {
    capacity: usize,
    state: Lock<State>,
}

struct State {
    free: usize,
    line: Line,
}

impl Limiter {
    /// Makes a limiter with `capacity` places.
    ///
    /// # Panics
    ///
    /// If `capacity` is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::Limiter;
    ///
    /// let limiter = Limiter::new(3);
    /// assert_eq!((limiter.capacity(), limiter.available()), (3, 3));
    /// ```
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert_ne!(capacity, 0, "a limiter of 0 places: nobody would ever have one");
        let state = Lock::new(State { free: capacity, line: Line::new() });
        Self { shared: Arc::new(Shared { capacity, state }) }
    }

    /// Returns how many places there are, taken or not.
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }

    /// Returns how many places are free at this moment.
    ///
    /// They need not be free for you: others may wait in line.
    pub fn available(&self) -> usize {
        self.shared.state.with(|state| state.free)
    }

    /// Waits for `weight` places, and takes them.
    ///
    /// Resolves to a [`Permit`], which gives them back when it is dropped.
    ///
    /// # Panics
    ///
    /// If `weight` is more than the [`capacity`](Self::capacity), since nobody could wait so long.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, its place in line is given up, and those behind it move on. So do
    /// they if it is dropped just after the places were granted to it.
    ///
    /// # Cost
    ///
    /// Nothing is allocated if the places are free.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{Limiter, block_on};
    ///
    /// let memory = Limiter::new(1024);
    /// let permit = block_on(memory.acquire(1000));
    /// assert!(memory.try_acquire(100).is_none());
    /// drop(permit);
    /// assert!(memory.try_acquire(100).is_some());
    /// ```
    #[track_caller]
    pub fn acquire(&self, weight: usize) -> Acquire {
        self.assert_possible(weight);
        Acquire::new(self.clone(), weight)
    }

    /// Takes `weight` places if they are free and nobody waits in line.
    ///
    /// # Panics
    ///
    /// If `weight` is more than the [`capacity`](Self::capacity): to try again would be in vain.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::Limiter;
    ///
    /// let limiter = Limiter::new(1);
    /// let permit = limiter.try_acquire(1);
    /// assert!(permit.is_some() && limiter.try_acquire(1).is_none());
    /// ```
    #[track_caller]
    pub fn try_acquire(&self, weight: usize) -> Option<Permit> {
        self.assert_possible(weight);
        let taken = self.shared.state.with(|state| state.take(weight));
        taken.then(|| Permit::new(self.clone(), weight))
    }

    #[track_caller]
    fn assert_possible(&self, weight: usize) {
        let capacity = self.capacity();
        assert!(weight <= capacity, "{weight} places of a limiter that has {capacity}");
    }

    /// Gives places back, and wakes those who have them now.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, once all are woken.
    fn give_back(&self, weight: usize) {
        self.change(|state| state.free += weight);
    }

    /// Changes what is free, or who waits, and serves those who are first in line then (I2).
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut woken = Woken::new();
        let changed = self.shared.state.with(|state| {
            let changed = change(state);
            state.line.serve(&mut state.free, &mut woken);
            changed
        });
        if let Some(panic) = drop_each(woken.into_iter().map(Waker::wake)) {
            panic.resume_unless_panicking();
        }
        changed
    }
}

impl State {
    /// Takes places for somebody who has just come, if that is possible without waiting.
    fn take(&mut self, weight: usize) -> bool {
        let possible = self.line.is_empty() && weight <= self.free;
        if possible {
            self.free -= weight;
        }
        possible
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("capacity", &self.capacity())
            .field("available", &self.available())
            .finish()
    }
}
