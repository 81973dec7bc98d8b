//! A remote child as its task has it.

use super::slot::{Going, Polling, Resting, Slot, Told, Turn};
use crate::{
    cancel::{InForce, drain::Drain, lend},
    engine::unseen::Unseen,
    outcome::{Cancelled, Outcome, Panic, Reason, catch, keep_first},
    time::only_until,
};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::time::Instant;

/// What is in force in a child, on whichever thread it is polled.
pub(super) struct Inside<L> {
    /// Makes what has its token, for its first poll.
    pub(super) token: L,
    /// The deadline that it has inherited.
    pub(super) deadline: Option<Instant>,
}

/// What came of a poll.
enum Polled<T> {
    Pending,
    /// The child has been dropped.
    Ended(Outcome<T>, Drain),
}

impl<F: Future> Turn<'_, F, F::Output> {
    /// Polls the child; drops it at its end.
    fn poll(
        &mut self,
        inside: Inside<impl FnOnce() -> InForce>,
        cx: &mut Context<'_>,
    ) -> Polled<F::Output> {
        self.with(|mut future, Resting { task, token, left }| {
            let _lent = lend(token, inside.token);
            // Only that: what is in force on this thread is its runtime's, or another child's.
            let _until = only_until(inside.deadline);
            let polled = catch(|| {
                let polled = left.collect(|| poll(future.as_mut(), cx));
                if polled.is_pending() {
                    keep(task, cx.waker());
                }
                polled
            });
            let outcome = match polled {
                Ok(Poll::Ready(output)) => Outcome::Completed(output),
                Ok(Poll::Pending) => return Polled::Pending,
                Err(panic) => {
                    if let Err(second) = left.collect(|| catch(|| future.set(None))) {
                        // A child has one end, and that was its first panic.
                        second.discard();
                    }
                    Outcome::of_panic(panic)
                }
            };
            Polled::Ended(outcome, mem::take(left))
        })
    }

    /// Drops the child. Returns the panic of its destructor, and whom it has left behind.
    fn drop(&mut self) -> (Option<Panic>, Drain) {
        self.with(|mut future, resting| {
            let Resting { task, token, mut left } = mem::take(resting);
            let panic = left.collect(|| {
                let mut panic = catch(|| future.set(None)).err();
                keep_first(&mut panic, catch(|| drop((token, task))).err());
                panic
            });
            (panic, left)
        })
    }
}

/// Polls a future, and drops it in place at its end.
#[inline]
fn poll<F: Future>(mut place: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<F::Output> {
    let Some(future) = place.as_mut().as_pin_mut() else {
        unreachable!("a child that has been dropped is not polled")
    };
    let Poll::Ready(output) = future.poll(cx) else { return Poll::Pending };
    let output = Unseen::new(output);
    place.set(None);
    Poll::Ready(output.show())
}

/// Keeps a task's waker, unless it is the one that is kept.
#[inline]
fn keep(kept: &mut Option<Waker>, task: &Waker) {
    if !kept.as_ref().is_some_and(|kept| kept.will_wake(task)) {
        *kept = Some(task.clone());
    }
}

/// Polls a child for its task; ready, once there is nothing to poll any more.
#[inline]
pub(super) fn run<F: Future>(
    slot: &Slot<F, F::Output>,
    inside: Inside<impl FnOnce() -> InForce>,
    cx: &mut Context<'_>,
) -> Poll<Over> {
    let Some(mut polling) = slot.begin() else { return Poll::Ready(Over::default()) };
    let (task, waiter) = match polling.turn.poll(inside, cx) {
        Polled::Pending => match polling.rest() {
            Ok(()) => return Poll::Pending,
            Err(mut doomed) => {
                let (panic, left) = doomed.turn.drop();
                (None, go(doomed, panic, left))
            }
        },
        Polled::Ended(outcome, left) => {
            let task = polling.turn.with(|_, resting| {
                resting.token = None;
                resting.task.take()
            });
            (task, end(polling, outcome, left))
        }
    };
    Poll::Ready(Over { waiter, task })
}

/// A child that has ended or gone: what is left to do, which is foreign code.
#[derive(Default)]
#[must_use = "who waits is to be woken"]
pub(super) struct Over {
    /// Who waits for that.
    waiter: Option<Waker>,
    /// Its own task, which nobody will wake.
    task: Option<Waker>,
}

impl Over {
    pub(super) fn tell(self) {
        wake(self.waiter);
        drop(self.task);
    }
}

/// The runtime has dropped the task. If the child had not ended, it never will.
pub(super) fn lose<F: Future>(slot: &Slot<F, F::Output>) {
    let Some(mut polling) = slot.begin() else { return };
    let (panic, left) = polling.turn.drop();
    let lost = || Outcome::Cancelled(Cancelled::new(Reason::RuntimeGone));
    wake(end(polling, panic.map_or_else(lost, Outcome::of_panic), left));
}

/// Leaves the outcome of a child, which has been dropped. Returns who waits for it.
//
// Inline: so the outcome is made where it stays, rather than on the stack and copied.
#[inline]
fn end<F, T>(polling: Polling<'_, F, T>, outcome: Outcome<T>, left: Drain) -> Option<Waker> {
    match polling.end(outcome, left) {
        Told::Parent(waiter) => waiter,
        Told::Nobody(outcome, left, doomed) => drop_doomed(outcome, left, doomed),
    }
}

/// Drops the outcome of a child that was doomed in its last poll. Returns who waits for it to go.
#[cold]
fn drop_doomed<F, T>(
    outcome: Outcome<T>,
    mut left: Drain,
    doomed: Going<'_, F, T>,
) -> Option<Waker> {
    let panic = match outcome {
        Outcome::Panicked(panic) => Some(panic),
        outcome => left.collect(|| catch(|| drop(outcome)).err()),
    };
    go(doomed, panic, left)
}

/// Says that a doomed child has been dropped, with a panic or without. Returns who waits for that.
fn go<F, T>(doomed: Going<'_, F, T>, panic: Option<Panic>, mut left: Drain) -> Option<Waker> {
    left.note(panic);
    left.go_with(doomed.turn.address(), |left| doomed.go(left))
}

/// Wakes who waits. A panic of the waker is none of the runtime's business, which is only a guest.
pub(crate) fn wake(waiter: Option<Waker>) {
    if let Err(panic) = catch(|| waiter.map(Waker::wake)) {
        panic.discard();
    }
}
