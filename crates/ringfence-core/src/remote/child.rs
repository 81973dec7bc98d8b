//! A remote child as its task has it.

use super::slot::{Beside, Going, Place, Polling, Slot, Turn};
use crate::{
    cancel::{Lender, drain::Drain, within},
    outcome::{Cancelled, Outcome, Panic, Reason, Unseen, catch, keep_first, swallow},
    rt::wake,
    time::only_until,
};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::time::Instant;

/// What there is to know of a child on whichever thread it is polled.
pub(super) struct Inside<'a> {
    /// Has its token.
    pub(super) token: Lender<'a>,
    /// The deadline that it has inherited.
    pub(super) deadline: Option<Instant>,
    /// Whether it was begun on another thread.
    //
    // That is where the runtime has allocated the task. So the waker of the task is kept until the
    // parent has the outcome: else this thread would free what is another's, and the two contend for
    // it. Where there is one thread, who ends frees: before its memory is cold.
    pub(super) is_elsewhere: bool,
}

impl<F: Future> Turn<'_, F, F::Output> {
    /// Polls the child. At its end, drops it, and puts its outcome in its place.
    #[inline]
    fn poll(&mut self, is_elsewhere: bool, cx: &mut Context<'_>) -> Poll<()> {
        self.with(|mut place, Beside { task, left }| {
            let polled = catch(|| {
                if is_elsewhere {
                    keep(task, cx.waker());
                }
                let polled = left.collect(|| poll(place.as_mut(), cx));
                if polled.is_pending() {
                    keep(task, cx.waker());
                }
                polled
            });
            match polled {
                Ok(Poll::Ready(output)) => place.put(Outcome::Completed(output)),
                Ok(Poll::Pending) => return Poll::Pending,
                Err(panic) => {
                    if let Err(second) = left.collect(|| catch(|| place.as_mut().clear())) {
                        // A child has one end, and that was its first panic.
                        second.discard();
                    }
                    place.put(Outcome::of_panic(panic));
                }
            }
            if !is_elsewhere {
                // It is the runtime's, and so is its panic.
                swallow(|| *task = None);
            }
            Poll::Ready(())
        })
    }

    /// Drops the child. Returns the panic of its destructor, and whom it has left behind.
    fn drop(&mut self) -> (Option<Panic>, Drain) {
        self.with(|place, beside| {
            let Beside { task, mut left } = mem::take(beside);
            let panic = left.collect(|| {
                let mut panic = catch(|| place.clear()).err();
                keep_first(&mut panic, catch(|| drop(task)).err());
                panic
            });
            (panic, left)
        })
    }
}

/// Polls a future, and drops it in place at its end.
#[inline]
fn poll<F: Future>(
    mut place: Pin<&mut Place<F, F::Output>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let Some(future) = place.as_mut().future() else {
        unreachable!("a child that has been dropped is not polled")
    };
    let Poll::Ready(output) = future.poll(cx) else { return Poll::Pending };
    let output = Unseen::new(output);
    place.clear();
    Poll::Ready(output.show())
}

/// Keeps a task's waker, unless it is the one that is kept.
#[inline]
fn keep(kept: &mut Option<Waker>, task: &Waker) {
    if !kept.as_ref().is_some_and(|kept| kept.will_wake(task)) {
        *kept = Some(task.clone());
    }
}

/// Polls a child for its task; ready, once there is nothing to poll any more, with who waits for that.
#[inline]
pub(super) fn run<F: Future>(
    slot: &Slot<F, F::Output>,
    Inside { token, deadline, is_elsewhere }: Inside<'_>,
    cx: &mut Context<'_>,
) -> Poll<Option<Waker>> {
    let Some(mut polling) = slot.begin() else { return Poll::Ready(None) };
    let polled = within(token, || {
        // Only that: what is in force on this thread is its runtime's, or another child's.
        let _until = only_until(deadline);
        polling.turn.poll(is_elsewhere, cx)
    });
    let waiter = match polled {
        Poll::Pending => match polling.rest() {
            Ok(()) => return Poll::Pending,
            Err(mut doomed) => {
                let (panic, left) = doomed.turn.drop();
                go(doomed, panic, left)
            }
        },
        Poll::Ready(()) => end(polling),
    };
    Poll::Ready(waiter)
}

/// The runtime has dropped the task. If the child had not ended, it never will.
pub(super) fn lose<F: Future>(slot: &Slot<F, F::Output>) {
    let Some(mut polling) = slot.begin() else { return };
    let (panic, left) = polling.turn.drop();
    let lost = || Outcome::Cancelled(Cancelled::new(Reason::RuntimeGone));
    let outcome = panic.map_or_else(lost, Outcome::of_panic);
    polling.turn.with(|place, beside| {
        place.put(outcome);
        beside.left = left;
    });
    wake(end(polling));
}

/// Leaves the outcome of a child, which is in its place. Returns who waits for it.
#[inline]
fn end<F, T>(polling: Polling<'_, F, T>) -> Option<Waker> {
    polling.end().unwrap_or_else(drop_doomed)
}

/// Drops the outcome of a child that was doomed in its last poll. Returns who waits for it to go.
#[cold]
fn drop_doomed<F, T>(mut doomed: Going<'_, F, T>) -> Option<Waker> {
    let (outcome, mut left) =
        doomed.turn.with(|place, beside| (place.take(), mem::take(&mut beside.left)));
    let panic = match outcome {
        Some(Outcome::Panicked(panic)) => Some(panic),
        outcome => left.collect(|| catch(|| drop(outcome)).err()),
    };
    go(doomed, panic, left)
}

/// Says that a doomed child has been dropped, with a panic or without. Returns who waits for that.
fn go<F, T>(doomed: Going<'_, F, T>, panic: Option<Panic>, mut left: Drain) -> Option<Waker> {
    left.note(panic);
    left.go_with(doomed.turn.address(), |left| doomed.go(left))
}
