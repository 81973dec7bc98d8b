//! A set of children that the caller keeps: the engine's public face.

mod dynamic;
mod key;
mod next;

pub use dynamic::DynJoinSet;
pub use key::Key;
pub use next::Next;

use crate::{
    engine::{slots::Slots, source::collect},
    outcome::{Outcome, Panic, drop_each},
};
use alloc::{collections::VecDeque, vec::Vec};
use core::{
    fmt,
    future::Future,
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use futures_core::Stream;

/// A child that has ended, with its key.
pub(crate) type Ended<F> = (Key, Outcome<<F as Future>::Output>);

/// A set of children of one type, run at once, that gives back each one's outcome as it ends.
///
/// Children live inside the set, without a box each, and run inside the task that polls it: no
/// runtime is involved, and they may borrow from the caller. They make progress only while the set
/// is polled. A child that panics ends like any other; the set goes on.
///
/// # Cancel safety
///
/// If the set is dropped, its children are dropped with it, at once and in place; none runs on.
///
/// # Cost
///
/// No allocation per child: the children live in segments that never move, and slots are used
/// again. 62 children share a header of 64 bytes for their wakers. A child is polled only when it
/// was woken. Memory is that of the most children that were in the set at a time, until the set is
/// dropped.
///
/// The set is `Unpin` always; it is `Send` if its children and their outputs are.
///
/// # Semantics
///
/// As tokio's `JoinSet`, but children are not tasks: they are never detached, and aborting one is
/// dropping it.
///
/// # Examples
///
/// ```
/// use ringfence_core::{JoinSet, block_on};
///
/// let words = ["to", "be", "or"];
/// let mut set: JoinSet<_> = words.iter().map(|word| async move { word.len() }).collect();
/// let mut total = 0;
/// block_on(async {
///     while let Some((_, outcome)) = set.next().await {
///         total += outcome.ok().unwrap_or(0);
///     }
/// });
/// assert_eq!(total, 6);
/// ```
#[must_use = "children make progress only while the set is polled"]
pub struct JoinSet<F: Future> {
    pub(crate) slots: Slots<F>,
    /// Children that have ended while somebody waited who gave up, in the order of their ends.
    pub(crate) done: VecDeque<Ended<F>>,
}

impl<F: Future> JoinSet<F> {
    /// Makes an empty set.
    ///
    /// # Cost
    ///
    /// Nothing is allocated before the first child.
    pub const fn new() -> Self {
        Self { slots: Slots::new(), done: VecDeque::new() }
    }

    /// Makes an empty set with room for `capacity` children.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::JoinSet;
    /// use std::future::{Ready, ready};
    ///
    /// let mut set = JoinSet::<Ready<u8>>::with_capacity(2);
    /// assert!(set.is_empty());
    /// set.extend([ready(1), ready(2)]);
    /// assert_eq!(set.len(), 2);
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn with_capacity(capacity: usize) -> Self {
        let mut set = Self::new();
        set.slots.reserve(capacity);
        set
    }

    /// Takes in a child, and returns the key to it.
    ///
    /// The child is first polled when the set is. If somebody waits for the set meanwhile, the
    /// set must be polled again: `insert` wakes nobody.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::JoinSet;
    /// use std::future::ready;
    ///
    /// let mut set = JoinSet::new();
    /// let key = set.insert(ready("a"));
    /// assert!(set.contains(key));
    /// ```
    #[inline]
    pub fn insert(&mut self, child: F) -> Key {
        let slot = self.slots.insert(child);
        Key::new(slot, self.slots.children.generation(slot))
    }

    /// Polls the children that were woken, until one has ended.
    ///
    /// `None` if the set is empty; that is not for ever, since children may be taken in again.
    ///
    /// # Order
    ///
    /// As the children end; those that were woken first are polled first, by 62 at a time, and
    /// among these in the order of their slots. No child is polled twice before every other that
    /// was woken has been polled. After 64 polls that found a child pending the set wakes its
    /// parent and returns, so that other tasks have their turn.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{JoinSet, Outcome};
    /// use std::{future::ready, task::{Context, Poll, Waker}};
    ///
    /// let mut set = JoinSet::from_iter([ready("a")]);
    /// let mut cx = Context::from_waker(Waker::noop());
    /// assert!(matches!(set.poll_next(&mut cx), Poll::Ready(Some((_, Outcome::Completed("a"))))));
    /// assert!(matches!(set.poll_next(&mut cx), Poll::Ready(None)));
    /// ```
    #[inline]
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Key, Outcome<F::Output>)>> {
        if !self.done.is_empty() {
            return Poll::Ready(self.done.pop_front());
        }
        if self.slots.len() == 0 {
            return Poll::Ready(None);
        }
        self.slots.turn(cx, |_, children, slot, end| {
            ControlFlow::Break(Some((Key::new(slot, children.generation(slot)), end.into())))
        })
    }

    /// Waits until a child has ended, and returns its outcome with its key.
    ///
    /// Resolves to `None` if the set is empty.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it has resolved, nothing is lost: the children stay in the
    /// set, and so do their outcomes.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{JoinSet, block_on};
    /// use std::future::ready;
    ///
    /// let mut set = JoinSet::new();
    /// assert!(block_on(set.next()).is_none());
    /// let key = set.insert(ready("a"));
    /// let (ended, outcome) = block_on(set.next()).unwrap();
    /// assert_eq!((ended, outcome.ok()), (key, Some("a")));
    /// ```
    #[expect(clippy::should_implement_trait, reason = "as `StreamExt::next`, which it stands for")]
    #[inline]
    pub fn next(&mut self) -> Next<'_, F> {
        Next::new(self)
    }

    /// Polls the children that were woken, and returns the outcome of one that has ended.
    ///
    /// It does not wait: `None` if none has ended yet, or if the set is empty. Who waited for the
    /// set before is still woken by the children that it waited for.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::JoinSet;
    /// use std::future::{pending, ready};
    ///
    /// let mut set = JoinSet::from_iter([pending::<()>()]);
    /// assert!(set.try_next().is_none());
    ///
    /// let mut set = JoinSet::from_iter([ready("a")]);
    /// assert!(set.try_next().is_some());
    /// ```
    pub fn try_next(&mut self) -> Option<(Key, Outcome<F::Output>)> {
        let parent = self.slots.ready.stand_in();
        let parent = parent.as_ref().unwrap_or(Waker::noop());
        let mut cx = Context::from_waker(parent);
        let Poll::Ready(ended) = self.poll_all_woken(|set| set.poll_next(&mut cx)) else {
            return None;
        };
        if self.slots.ready.has_woken() {
            // Who waited before is told by nobody else.
            parent.wake_by_ref();
        }
        ended
    }

    /// Drops a child in place, now. Returns whether it was there.
    ///
    /// A child that has ended, but whose outcome nobody has taken, is there as well: its outcome is
    /// dropped. A key to a child that has gone is refused, also when its slot is used again.
    ///
    /// # Panics
    ///
    /// If the child's destructor does. The child has gone then as well.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::JoinSet;
    /// use std::future::pending;
    ///
    /// let mut set = JoinSet::new();
    /// let key = set.insert(pending::<()>());
    /// assert!(set.remove(key));
    /// set.insert(pending());
    /// assert!(!set.remove(key));
    /// ```
    pub fn remove(&mut self, key: Key) -> bool {
        if self.runs(key) {
            self.slots.children.drop_child(key.slot());
            return true;
        }
        let done = self.done.iter().position(|(ended, _)| *ended == key);
        done.is_some_and(|position| self.done.remove(position).is_some())
    }

    /// Returns how many children are in the set, with those whose outcomes nobody has taken.
    #[inline]
    pub fn len(&self) -> usize {
        self.slots.len() + self.done.len()
    }

    /// Returns whether the set has no children.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether a child is in the set.
    pub fn contains(&self, key: Key) -> bool {
        self.runs(key) || self.done.iter().any(|(ended, _)| *ended == key)
    }

    /// Drops all children in place, now, in the order of their slots.
    ///
    /// The memory is kept for those to come.
    ///
    /// # Panics
    ///
    /// If a destructor does, once all children have been dropped.
    pub fn clear(&mut self) {
        if let Some(panic) = self.drop_all() {
            panic.resume();
        }
    }

    /// Makes a set of `children`, in their own buffer.
    pub(crate) fn adopt(children: Vec<F>) -> Self {
        let mut set = Self::new();
        set.slots.adopt(children);
        set
    }

    /// Drops all children, then the outcomes that nobody has taken; returns the first panic.
    fn drop_all(&mut self) -> Option<Panic> {
        let first = self.slots.children.clear();
        let second = drop_each(self.done.drain(..));
        first.or(second)
    }

    /// Polls the children that were woken, and keeps the outcomes of those that have ended.
    pub(crate) fn collect_ended(&mut self, cx: &mut Context<'_>) {
        if !self.is_running() {
            return;
        }
        let Self { slots, done } = self;
        // Pending or not: the set is asked again before anyone waits for it.
        let _ = slots.turn(cx, |_, children, slot, end| {
            done.push_back((Key::new(slot, children.generation(slot)), end.into()));
            if children.len() == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// Polls every child that was woken, however many they are, since time is up.
    pub(crate) fn collect_last(&mut self, cx: &mut Context<'_>) {
        let _ = self.poll_all_woken(|set| {
            set.collect_ended(cx);
            Poll::<()>::Pending
        });
    }

    /// Polls the set by `poll`, until that is ready or has polled every child that was woken: a turn
    /// may end before.
    fn poll_all_woken<T>(&mut self, mut poll: impl FnMut(&mut Self) -> Poll<T>) -> Poll<T> {
        for _ in 0..self.slots.turns() {
            let polled = poll(self);
            if polled.is_ready() || !self.slots.ready.has_woken() {
                return polled;
            }
        }
        Poll::Pending
    }

    /// Whether there are children that have not ended.
    pub(crate) fn is_running(&self) -> bool {
        self.slots.len() > 0
    }

    /// Whether a child has not ended.
    fn runs(&self, key: Key) -> bool {
        let children = &self.slots.children;
        children.is_occupied(key.slot()) && children.generation(key.slot()) == key.generation()
    }
}

impl<F: Future> Default for JoinSet<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// No destructor that panics keeps the others from being run.
impl<F: Future> Drop for JoinSet<F> {
    fn drop(&mut self) {
        if let Some(panic) = self.drop_all() {
            panic.resume_unless_panicking();
        }
    }
}

/// Children are pinned by their slots, and not by the place of the set.
impl<F: Future> Unpin for JoinSet<F> {}

impl<F: Future> Stream for JoinSet<F> {
    type Item = (Key, Outcome<F::Output>);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_next(cx)
    }
}

impl<F: Future> Extend<F> for JoinSet<F> {
    /// Takes in what an iterator yields, one by one; its size hint is not believed.
    fn extend<I: IntoIterator<Item = F>>(&mut self, children: I) {
        children.into_iter().for_each(|child| {
            self.insert(child);
        });
    }
}

impl<F: Future> FromIterator<F> for JoinSet<F> {
    /// Takes in what an iterator yields, all in one segment; its size hint is not believed.
    fn from_iter<I: IntoIterator<Item = F>>(children: I) -> Self {
        Self::adopt(collect(children))
    }
}

impl<F: Future> fmt::Debug for JoinSet<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish_non_exhaustive()
    }
}
