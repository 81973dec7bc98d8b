//! What the clones of a token share.
//!
//! The invariants I1 to I5 are those of the module `cancel`.

use super::{
    tree::{Key, Tree},
    waiters::Waiters,
};
use crate::{
    outcome::{Panic, Reason, drop_each, keep_first},
    sync::{
        Lock,
        atomic::{AtomicBool, Ordering},
    },
};
// Not the one that is loom's in models: that one has no `Weak`.
use alloc::{
    sync::{Arc, Weak},
    vec::Vec,
};
use core::{
    fmt, mem, ptr,
    task::{Poll, Waker},
};

/// A token.
///
/// # States
///
/// ```text
///  in its tree ──1──▶ cancelled, with waiters ──2──▶ cancelled, all woken
/// ```
///
/// 1 is walked by [`mark`](Shared::mark) under the tree's lock, 2 by [`wake`](Shared::wake)
/// without. A child of a cancelled token is made at the end.
pub(super) struct Shared {
    tree: Arc<Lock<Tree<Weak<Shared>>>>,
    /// Where it is in the tree; none if it was made cancelled. It means nothing once cancelled.
    key: Option<Key>,
    /// Whether there is a reason. Only ever raised, under the tree's lock.
    cancelled: AtomicBool,
    state: Lock<State>,
}

/// What a token's lock is over.
#[derive(Default)]
struct State {
    reason: Option<Arc<Reason>>,
    waiters: Waiters,
}

impl State {
    /// Returns the reason if there is one, and then frees the seat; its waker is the caller's.
    fn ready(&mut self, seat: &mut Option<usize>) -> Option<(Arc<Reason>, Option<Waker>)> {
        let reason = self.reason.clone()?;
        Some((reason, seat.take().and_then(|seat| self.waiters.leave(seat))))
    }
}

impl Shared {
    /// Makes a token in a tree of its own.
    pub(super) fn root() -> Arc<Self> {
        let root = Arc::new(Self::alive(Arc::new(Lock::new(Tree::new()))));
        let tree = root.tree.clone();
        tree.with(|tree| Self::enter(root, tree, None))
    }

    /// Makes a token below this one, cancelled if this one is.
    pub(super) fn child(&self) -> Arc<Self> {
        if let Some(reason) = self.reason() {
            return self.born(reason);
        }
        let child = Arc::new(Self::alive(self.tree.clone()));
        // Under the lock nobody is marked: either this is in the tree, and so will the child be
        // when this is cancelled, or it is not.
        let entered = self.tree.with(|tree| match self.is_cancelled() {
            true => Err(child),
            false => Ok(Self::enter(child, tree, self.key)),
        });
        entered.unwrap_or_else(|_| self.born(self.reason().expect("what is marked has a reason")))
    }

    /// Makes a token that is neither in the tree nor cancelled.
    fn alive(tree: Arc<Lock<Tree<Weak<Self>>>>) -> Self {
        let state = Lock::new(State::default());
        Self { tree, key: None, cancelled: AtomicBool::new(false), state }
    }

    /// Makes a token that is cancelled, and needs no place in the tree.
    fn born(&self, reason: Arc<Reason>) -> Arc<Self> {
        let state = State { reason: Some(reason), waiters: Waiters::default() };
        Arc::new(Self {
            tree: self.tree.clone(),
            key: None,
            cancelled: AtomicBool::new(true),
            state: Lock::new(state),
        })
    }

    /// Puts a new token into its tree (I1).
    fn enter(mut new: Arc<Self>, tree: &mut Tree<Weak<Self>>, parent: Option<Key>) -> Arc<Self> {
        tree.add(parent, |key| {
            Arc::get_mut(&mut new).expect("nobody else has it yet").key = Some(key);
            Arc::downgrade(&new)
        });
        new
    }

    pub(super) fn is_cancelled(&self) -> bool {
        // Acquire: pairs with the Release in `mark` (I2, I3).
        self.cancelled.load(Ordering::Acquire)
    }

    pub(super) fn reason(&self) -> Option<Arc<Reason>> {
        // The lock would do, but most who ask are told no.
        if self.is_cancelled() { self.state.with(|state| state.reason.clone()) } else { None }
    }

    /// Cancels the token and all below it, then wakes who waits. False if it was cancelled before.
    pub(super) fn cancel(&self, reason: impl Into<Reason>) -> bool {
        if self.is_cancelled() {
            return false;
        }
        let reason = Arc::new(reason.into());
        let Some(below) = self.tree.with(|tree| self.mark_all(tree, &reason)) else {
            return false;
        };
        let mut first = self.wake();
        for token in below {
            keep_first(&mut first, token.wake());
        }
        if let Some(panic) = first {
            panic.resume_unless_panicking();
        }
        true
    }

    /// Takes the token and all below it out of the tree, and marks them; returns those below.
    ///
    /// They are handed out, since the last of a token must not be dropped under the lock.
    fn mark_all(
        &self,
        tree: &mut Tree<Weak<Self>>,
        reason: &Arc<Reason>,
    ) -> Option<Vec<Arc<Self>>> {
        if self.is_cancelled() {
            return None;
        }
        let key = self.key.expect("what is not cancelled is in the tree");
        // One that cannot be had any more is being dropped: nobody will ask.
        let below: Vec<_> = tree.cut(key).into_iter().filter_map(|token| token.upgrade()).collect();
        // Upwards (I2).
        below.iter().rev().for_each(|token| token.mark(reason));
        self.mark(reason);
        Some(below)
    }

    fn mark(&self, reason: &Arc<Reason>) {
        self.state.with(|state| state.reason = Some(reason.clone()));
        // Release: pairs with the Acquire in `is_cancelled` (I2, I3).
        self.cancelled.store(true, Ordering::Release);
    }

    /// Wakes who waits, also where a waker panics; returns the first panic.
    fn wake(&self) -> Option<Panic> {
        let waiters = self.state.with(|state| mem::take(&mut state.waiters));
        drop_each(waiters.into_wakers().map(Waker::wake))
    }

    /// Waits in a seat, which is taken at first, for the token to be cancelled.
    pub(super) fn wait(&self, seat: &mut Option<usize>, waker: &Waker) -> Poll<Arc<Reason>> {
        if seat.is_some() || self.is_cancelled() {
            // What it returns may have a waker, which is dropped without the lock (I5).
            let seen = self.state.with(|state| {
                if let Some((reason, old)) = state.ready(seat) {
                    return Some((Poll::Ready(reason), old));
                }
                let same = seat.is_some_and(|seat| state.waiters.is_woken_by(seat, waker));
                same.then_some((Poll::Pending, None))
            });
            if let Some((poll, _old)) = seen {
                return poll;
            }
        }
        let waker = waker.clone();
        // Under the lock the reason is looked for again: it comes before the list is taken (I4).
        let (poll, _old) = self.state.with(|state| {
            if let Some((reason, old)) = state.ready(seat) {
                return (Poll::Ready(reason), [Some(waker), old]);
            }
            match *seat {
                Some(seat) => (Poll::Pending, [Some(state.waiters.change(seat, waker)), None]),
                None => {
                    *seat = Some(state.waiters.enter(waker));
                    (Poll::Pending, [None, None])
                }
            }
        });
        poll
    }

    /// Gives up a seat.
    pub(super) fn leave(&self, seat: usize) {
        drop(self.state.with(|state| state.waiters.leave(seat)));
    }
}

#[cfg(test)]
impl Shared {
    /// How many places of its tree are taken.
    pub(super) fn places(&self) -> usize {
        self.tree.with(|tree| tree.places())
    }

    /// How many places its tree has made, taken or not.
    pub(super) fn room(&self) -> usize {
        self.tree.with(|tree| tree.room())
    }

    /// How many seats it has made, taken or not.
    #[cfg(not(ringfence_loom))]
    pub(super) fn seats(&self) -> usize {
        self.state.with(|state| state.waiters.seats())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // What is cancelled is in no tree (I1).
        let Some(key) = self.key.filter(|_| !self.is_cancelled()) else { return };
        // It may be cancelled before this thread has the lock, and its place be another's by
        // then. That one's address is another: the memory of this one is not free yet.
        let own = ptr::from_ref(self);
        self.tree.with(|tree| tree.remove(key, |token| ptr::eq(token.as_ptr(), own)));
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
