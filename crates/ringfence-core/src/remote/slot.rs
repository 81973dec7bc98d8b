//! What the two ends of a remote child share: whose turn it is, and what came of it.

use super::here::{Here, here};
use crate::{
    cancel::drain::{Behind, Drain},
    outcome::Outcome,
    sync::{
        Lock,
        atomic::{AtomicBool, Ordering},
    },
};
use alloc::boxed::Box;
use core::{
    mem,
    task::{Context, Poll, Waker},
};

/// The state of a remote child `C`, whose output is a `T`.
///
/// It is a state machine and nothing else: it neither polls nor drops nor wakes. Whoever is to do
/// that is handed what it takes for it, and does it without a lock.
///
/// # States
///
/// ```text
///               1                   3                 6
///       idle ◀─────▶ polled ──────────────▶ ended ─────────▶ over
///        │      2       │ 4                   │               ▲▲
///        │              ▼          5          │               ││
///        │            doomed ─────────────────┼───────────────┘│
///        └────────────────────────────────────┴────────────────┘
///                              7 (from `ended`, too)
/// ```
///
/// | edge | walked by | of | what it means |
/// |---|---|---|---|
/// | 1 | [`rest`](Slot::rest) | the task | the poll has found the child pending |
/// | 2 | [`begin`](Slot::begin) | the task | the child is the task's, to poll it or to drop it |
/// | 3 | [`end`](Slot::end) | the task | the child has been dropped, and this is its outcome |
/// | 4 | [`doom`](Slot::doom) | the parent | the task is to drop the child when its poll has ended |
/// | 5 | [`go`](Slot::go) | the task | the task has dropped it |
/// | 6 | [`poll_end`](Slot::poll_end) | the parent | the parent has the outcome |
/// | 7 | [`doom`](Slot::doom) | the parent | the child, or its outcome, is the parent's to drop |
///
/// # Invariants
///
/// S1. There is one child, and who has it is the only one to touch it: the slot in `idle`, the task
///     in `polled` and `doomed`, nobody in the others.
/// S2. From `doomed` and `over` no poll begins.
pub(super) struct Slot<C, T> {
    state: Lock<State<C, T>>,
    /// Whether the stage is `ended`: raised under the lock, and read without.
    ended: AtomicBool,
}

/// What is under the lock. Nothing foreign is called there.
struct State<C, T> {
    stage: Stage<C, T>,
    /// Whoever waits for the outcome or, once it is doomed, for the child to go.
    waiter: Option<Waker>,
}

enum Stage<C, T> {
    Idle(Resting<C>),
    /// By this thread.
    Polled(Here),
    /// For the last time.
    Doomed,
    /// With whom the child has left behind.
    Ended(Outcome<T>, Behind),
    /// As well; and with the panic of the child's last poll, or of its destructor.
    Over(Behind),
}

/// A child between two polls.
pub(super) struct Resting<C> {
    pub(super) child: C,
    /// Wakes the task, once it was polled.
    pub(super) task: Option<Waker>,
}

/// What the task has to do with a child that is pending.
#[must_use]
pub(super) enum Rest<C> {
    /// Nothing: it has been put down.
    Resting,
    /// To drop it, and then to [`go`](Slot::go).
    Doomed(Resting<C>),
}

/// What the task has to do with an outcome.
#[must_use]
pub(super) enum Told<T> {
    /// To wake who waits for it.
    Parent(Option<Waker>),
    /// To drop it, and then to [`go`](Slot::go).
    Nobody(Outcome<T>, Behind),
}

/// What the parent has to do, now that it does not wait any more.
#[must_use]
pub(super) enum Doom<C, T> {
    /// To drop the child, and to wake its task.
    Idle(Resting<C>),
    /// Nothing: this thread is inside a poll of the child, and drops it when that has ended.
    Polled(Here),
    /// To drop the outcome.
    Ended(Outcome<T>, Behind),
    /// Nothing.
    Over,
}

impl<C, T> Slot<C, T> {
    /// A slot for a child that is still to be [put](Slot::put) into it.
    #[inline]
    pub(super) fn new() -> Self {
        let state = State { stage: Stage::Over(None), waiter: None };
        Self { state: Lock::new(state), ended: AtomicBool::new(false) }
    }

    /// Puts the child into a new slot.
    #[inline]
    pub(super) fn put(&self, child: C) {
        self.state.with(|state| state.stage = Stage::Idle(Resting { child, task: None }));
    }

    /// Says who waits, and tells the child, before anyone else has the slot.
    #[inline]
    pub(super) fn wait_first(&self, waiter: Waker, tell: impl FnOnce(&mut C)) {
        let none = self.state.with(|state| {
            if let Stage::Idle(resting) = &mut state.stage {
                tell(&mut resting.child);
            }
            state.waiter.replace(waiter)
        });
        debug_assert!(none.is_none(), "nobody has waited before");
    }

    /// Whether there is an outcome to take.
    #[inline]
    pub(super) fn has_ended(&self) -> bool {
        // Acquire: pairs with the Release in `end`, so that a look at it is enough.
        self.ended.load(Ordering::Acquire)
    }

    /// Takes the child, to poll it or to drop it. None if it has ended or gone.
    pub(super) fn begin(&self) -> Option<Resting<C>> {
        let here = here();
        self.state.with(|state| match mem::replace(&mut state.stage, Stage::Polled(here)) {
            Stage::Idle(resting) => Some(resting),
            stage => {
                state.stage = stage;
                None
            }
        })
    }

    /// Puts the child down, unless it is doomed.
    pub(super) fn rest(&self, resting: Resting<C>) -> Rest<C> {
        self.state.with(|state| match state.stage {
            Stage::Polled(_) => {
                state.stage = Stage::Idle(resting);
                Rest::Resting
            }
            _ => Rest::Doomed(resting),
        })
    }

    /// Leaves the outcome for the parent, unless nobody waits for it, and whom the child has left
    /// behind. The child has been dropped.
    pub(super) fn end(&self, outcome: Outcome<T>, left: Behind) -> Told<T> {
        self.state.with(|state| match state.stage {
            Stage::Polled(_) => {
                state.stage = Stage::Ended(outcome, left);
                // Release: pairs with the Acquire in `has_ended`.
                self.ended.store(true, Ordering::Release);
                Told::Parent(state.waiter.take())
            }
            _ => Told::Nobody(outcome, left),
        })
    }

    /// Says that a doomed child has been dropped, and whom it has left behind. Returns who waits for
    /// that.
    #[must_use = "who waits is to be woken"]
    pub(super) fn go(&self, left: Behind) -> Option<Waker> {
        self.state.with(|state| {
            debug_assert!(matches!(state.stage, Stage::Doomed), "only a doomed child goes");
            state.stage = Stage::Over(left);
            state.waiter.take()
        })
    }

    /// Has the child dropped, by the caller or by whoever is inside a poll of it. Returns who has
    /// waited for it as well.
    pub(super) fn doom(&self) -> (Doom<C, T>, Option<Waker>) {
        self.state.with(|state| {
            let doom = match mem::replace(&mut state.stage, Stage::Over(None)) {
                Stage::Idle(resting) => Doom::Idle(resting),
                Stage::Polled(by) => {
                    state.stage = Stage::Doomed;
                    Doom::Polled(by)
                }
                Stage::Ended(outcome, left) => Doom::Ended(outcome, left),
                stage => {
                    state.stage = stage;
                    Doom::Over
                }
            };
            (doom, state.waiter.take())
        })
    }

    /// Waits for the outcome; before that, for those whom the child has left behind, if there are any.
    pub(super) fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Outcome<T>, Box<Drain>>> {
        self.wait(cx, |stage| match mem::replace(stage, Stage::Over(None)) {
            Stage::Ended(outcome, None) => Some(Ok(outcome)),
            Stage::Ended(outcome, Some(left)) => {
                *stage = Stage::Ended(outcome, None);
                Some(Err(left))
            }
            other => {
                *stage = other;
                None
            }
        })
    }

    /// Waits until a doomed child has been dropped; returns the panic with which it went, and whom it
    /// has left behind.
    pub(super) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Behind> {
        self.wait(cx, |stage| match stage {
            Stage::Over(left) => Some(left.take()),
            _ => None,
        })
    }

    /// Whether a doomed child has been dropped.
    pub(super) fn has_gone(&self) -> bool {
        self.state.with(|state| matches!(state.stage, Stage::Over(_)))
    }

    /// Waits until `look` finds what it looks for.
    fn wait<X>(
        &self,
        cx: &mut Context<'_>,
        look: impl Fn(&mut Stage<C, T>) -> Option<X>,
    ) -> Poll<X> {
        let (found, known) = self.state.with(|state| {
            let knows = |waiter: &Waker| waiter.will_wake(cx.waker());
            (look(&mut state.stage), state.waiter.as_ref().is_some_and(knows))
        });
        if let Some(found) = found {
            return Poll::Ready(found);
        }
        if known {
            return Poll::Pending;
        }
        // Foreign code before the lock, and after it.
        let mut new = Some(cx.waker().clone());
        let (found, old) = self.state.with(|state| match look(&mut state.stage) {
            Some(found) => (Some(found), state.waiter.take()),
            None => (None, mem::replace(&mut state.waiter, new.take())),
        });
        drop((new, old));
        found.map_or(Poll::Pending, Poll::Ready)
    }
}
