//! What a verb and its shards hand to each other.

use super::end::Ends;
use crate::{
    rt::wake,
    sync::{
        Lock,
        atomic::{AtomicBool, Ordering},
    },
};
use alloc::{collections::VecDeque, vec::Vec};
use core::{
    mem,
    num::NonZeroUsize,
    task::{Context, Poll, Waker},
};

/// How many children a shard takes at a time, at the most.
const BATCH: usize = 32;

/// Children on their way to the shards, and their ends on the way back.
///
/// As with a remote child's slot, nothing foreign happens under its locks: it neither polls nor
/// drops a child, and wakes when it has let go.
///
/// # Invariants
///
/// X1. While there are members that nobody has taken, a shard is going to look for some: it was
///     woken for that, or is in a poll before its next look. Or no shard is left.
/// X2. While there are ends that the parent has not heard of, it was woken for them.
/// X3. Once it is stopped, no child is handed over, and no end; what was under way is with who
///     stopped it.
pub(super) struct Exchange<F, T> {
    /// Whether the children are cancelled.
    stopped: AtomicBool,
    members: Lock<Members<F>>,
    ended: Lock<Ended<T>>,
    shards: NonZeroUsize,
}

/// Children that no shard has taken yet.
struct Members<F> {
    queue: VecDeque<F>,
    /// The place of the first of them.
    first: usize,
    inflow: Inflow,
    /// The shards that wait for some, by their numbers: none of them is inside a poll of a child.
    idle: Vec<(usize, Waker)>,
}

/// Whether there may be more children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inflow {
    Open,
    Over,
}

/// Children that have ended, of whom the parent has not heard.
struct Ended<T> {
    ends: Ends<T>,
    parent: Option<Waker>,
    open: bool,
}

/// What a shard has taken.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Children, of which the first has this place.
    From(usize),
    /// Nothing yet.
    Nothing,
    /// Nothing, and there will be nothing.
    Over,
}

impl<F> Members<F> {
    /// Takes a shard from those that wait.
    fn leave_idle(&mut self, shard: usize) -> Option<Waker> {
        let at = self.idle.iter().position(|(number, _)| *number == shard)?;
        Some(self.idle.swap_remove(at).1)
    }

    /// Who is to look for what there is, if there is anything.
    fn next_to_look(&mut self) -> Option<Waker> {
        if self.queue.is_empty() {
            return None;
        }
        self.idle.pop().map(|(_, waker)| waker)
    }
}

impl<F, T> Exchange<F, T> {
    pub(super) fn new(shards: NonZeroUsize) -> Self {
        let (queue, idle) = (VecDeque::new(), Vec::new());
        Self {
            stopped: AtomicBool::new(false),
            members: Lock::new(Members { queue, first: 0, inflow: Inflow::Open, idle }),
            ended: Lock::new(Ended { ends: Ends::new(), parent: None, open: true }),
            shards,
        }
    }

    /// Whether the children are cancelled, so that none is to be polled any more.
    //
    // Relaxed: whoever knows of the cancellation by any other way has it happen before, and then
    // sees this too.
    #[inline]
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Hands children to the shards, and says whether there may be more.
    pub(super) fn hand_over(&self, made: &mut VecDeque<F>, inflow: Inflow) {
        let woken = self.members.with(|members| {
            members.inflow = inflow;
            // Each is told of one child, and when it takes more than that one, of those left (X1).
            let wanted = match inflow {
                Inflow::Open => made.len(),
                Inflow::Over => usize::MAX,
            };
            if members.queue.is_empty() {
                mem::swap(&mut members.queue, made);
            } else {
                members.queue.append(made);
            }
            let rest = members.idle.len().saturating_sub(wanted);
            members.idle.split_off(rest)
        });
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Takes the next children for a shard, which waits for none any more.
    pub(super) fn take(&self, shard: usize, batch: &mut Vec<F>) -> Taken {
        let (old, next, taken) = self.members.with(|members| {
            let old = members.leave_idle(shard);
            let share = members.queue.len() / (2 * self.shards.get().min(BATCH));
            let share = share.clamp(1, BATCH).min(members.queue.len());
            if share > 0 {
                let first = members.first;
                members.first += share;
                batch.extend(members.queue.drain(..share));
                return (old, members.next_to_look(), Taken::From(first));
            }
            let taken = match members.inflow {
                Inflow::Open => Taken::Nothing,
                Inflow::Over => Taken::Over,
            };
            (old, None, taken)
        });
        drop(old);
        if let Some(next) = next {
            next.wake();
        }
        taken
    }

    /// Has a shard wait for children, which polls none until it is woken. Ready, if it is to look
    /// again instead.
    pub(super) fn wait(&self, shard: usize, cx: &mut Context<'_>) -> Poll<()> {
        // Foreign code before the lock, and after it.
        let mut waker = Some(cx.waker().clone());
        self.members.with(|members| {
            // What was handed over since it has looked has woken nobody, if nobody waited (X1).
            if members.queue.is_empty() && members.inflow == Inflow::Open {
                members.idle.extend(waker.take().map(|waker| (shard, waker)));
            }
        });
        if waker.is_none() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Says that a shard takes none any more.
    pub(super) fn leave(&self, shard: usize) {
        let (own, next) =
            self.members.with(|members| (members.leave_idle(shard), members.next_to_look()));
        drop(own);
        wake(next);
    }

    /// Takes all children that no shard has taken, and the place of the first.
    pub(super) fn take_all(&self) -> (usize, VecDeque<F>) {
        self.members.with(|members| {
            let first = members.first;
            members.first += members.queue.len();
            (first, mem::take(&mut members.queue))
        })
    }

    /// Tells the parent of ends. They stay if it does not want to hear of any.
    pub(super) fn tell(&self, ends: &mut Ends<T>) {
        if ends.is_empty() {
            return;
        }
        let parent = self.ended.with(|ended| {
            if !ended.open {
                return None;
            }
            if ended.ends.is_empty() {
                mem::swap(&mut ended.ends, ends);
            } else {
                ended.ends.append(ends);
            }
            ended.parent.take()
        });
        wake(parent);
    }

    /// Hears of ends, into `ends`, which has none.
    pub(super) fn hear(&self, ends: &mut Ends<T>, cx: &mut Context<'_>) -> Poll<()> {
        let known = self.ended.with(|ended| {
            mem::swap(&mut ended.ends, ends);
            ended.parent.as_ref().is_some_and(|parent| parent.will_wake(cx.waker()))
        });
        if !ends.is_empty() {
            return Poll::Ready(());
        }
        if known {
            return Poll::Pending;
        }
        // Foreign code before the lock, and after it.
        let new = cx.waker().clone();
        let old = self.ended.with(|ended| {
            mem::swap(&mut ended.ends, ends);
            ended.parent.replace(new)
        });
        drop(old);
        if ends.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Cancels the children; returns those that no shard has taken, and the ends that nobody has
    /// heard of.
    pub(super) fn stop(&self) -> (VecDeque<F>, Ends<T>) {
        self.stopped.store(true, Ordering::Relaxed);
        let (queue, idle) = self.members.with(|members| {
            members.inflow = Inflow::Over;
            (mem::take(&mut members.queue), mem::take(&mut members.idle))
        });
        let (ends, parent) = self.ended.with(|ended| {
            ended.open = false;
            (mem::take(&mut ended.ends), ended.parent.take())
        });
        drop((idle, parent));
        (queue, ends)
    }
}
