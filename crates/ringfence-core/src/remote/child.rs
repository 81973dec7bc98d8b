//! A remote child as its task has it.

use super::slot::{Rest, Resting, Slot, Told};
use crate::{
    cancel::{
        InForce,
        drain::{Behind, Drain},
        within,
    },
    engine::joint::{Driver, Joined},
    outcome::{Cancelled, Outcome, Panic, Reason, catch},
    time::only_until,
};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::time::Instant;

/// A remote child of any type.
type AnyChild<T> = dyn Joined<End = Outcome<T>, Id = ()> + Send + Sync;

/// The right to poll a remote child, and to drop it.
pub(super) struct Child<T: 'static> {
    driver: Driver<AnyChild<T>>,
    /// Its token.
    //
    // None only during a poll: it is lent to the thread, which is cheaper than to count it.
    token: Option<InForce>,
    /// The deadline that it has inherited.
    deadline: Option<Instant>,
    /// Whom it has dropped in its polls, and has not waited for.
    left: Behind,
}

/// What came of a poll.
enum Polled<T: 'static> {
    Pending(Resting<Child<T>>),
    /// The child has been dropped. Its task's waker has not, which is foreign code for later.
    Ended(Outcome<T>, Behind, Option<Waker>),
}

impl<T> Child<T> {
    pub(super) fn new(driver: Driver<AnyChild<T>>, token: InForce) -> Self {
        Self { driver, token: Some(token), deadline: None, left: None }
    }

    /// Gives it the deadline that is around it where it is begun.
    pub(super) fn inherit(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }
}

impl<T> Resting<Child<T>> {
    /// Polls the child with its token in force, and with the deadline that it has inherited.
    fn poll(mut self, cx: &mut Context<'_>) -> Polled<T> {
        let Self { child, task } = &mut self;
        let mut left = Drain::of(child.left.take());
        let within = child.token.take().map(within);
        // Only that: what is in force on this thread is its runtime's, or another child's.
        let _until = only_until(child.deadline);
        let polled = catch(|| {
            let polled = left.collect(|| Pin::new(&mut child.driver).poll(cx));
            if polled.is_pending() {
                keep(task, cx.waker());
            }
            polled
        });
        let ended = match polled {
            Ok(Poll::Ready(outcome)) => Ok(outcome),
            Ok(Poll::Pending) => {
                child.token = within.and_then(|within| within.end());
                child.left = left.leave_behind();
                return Polled::Pending(self);
            }
            Err(panic) => Err(panic),
        };
        let Self { child: Child { driver, .. }, task } = self;
        let outcome = ended.unwrap_or_else(|panic| left.collect(|| driver.panicked(panic)));
        Polled::Ended(outcome, left.leave_behind(), task)
    }

    /// Drops the child. Returns the panic of its destructor, and whom it has left behind.
    fn drop(self) -> (Option<Panic>, Drain) {
        let Self { child: Child { driver, token, left, .. }, task } = self;
        let mut left = Drain::of(left);
        let panic = left.collect(|| catch(|| drop((driver, token, task))).err());
        (panic, left)
    }
}

/// Keeps a task's waker, unless it is the one that is kept.
fn keep(kept: &mut Option<Waker>, task: &Waker) {
    if !kept.as_ref().is_some_and(|kept| kept.will_wake(task)) {
        *kept = Some(task.clone());
    }
}

/// Polls a child for its task; ready, once there is nothing to poll any more.
pub(super) fn run<T>(slot: &Slot<Child<T>, T>, cx: &mut Context<'_>) -> Poll<()> {
    let Some(resting) = slot.begin() else { return Poll::Ready(()) };
    match resting.poll(cx) {
        Polled::Pending(resting) => match slot.rest(resting) {
            Rest::Resting => return Poll::Pending,
            Rest::Doomed(resting) => {
                let (panic, mut left) = resting.drop();
                left.note(panic);
                wake(slot.go(left.leave_behind()));
            }
        },
        Polled::Ended(outcome, left, _task) => end(slot, outcome, left),
    }
    Poll::Ready(())
}

/// The runtime has dropped the task. If the child had not ended, it never will.
pub(super) fn lose<T>(slot: &Slot<Child<T>, T>) {
    let Some(resting) = slot.begin() else { return };
    let (panic, left) = resting.drop();
    let lost = || Outcome::Cancelled(Cancelled::new(Reason::RuntimeGone));
    end(slot, panic.map_or_else(lost, Outcome::of_panic), left.leave_behind());
}

/// Tells the outcome of a child, which has been dropped.
fn end<T>(slot: &Slot<Child<T>, T>, outcome: Outcome<T>, left: Behind) {
    match slot.end(outcome, left) {
        Told::Parent(waiter) => wake(waiter),
        Told::Nobody(outcome, left) => {
            let mut left = Drain::of(left);
            let panic = match outcome {
                Outcome::Panicked(panic) => Some(panic),
                outcome => left.collect(|| catch(|| drop(outcome)).err()),
            };
            left.note(panic);
            wake(slot.go(left.leave_behind()));
        }
    }
}

/// Wakes who waits. A panic of the waker is none of the runtime's business, which is only a guest.
pub(crate) fn wake(waiter: Option<Waker>) {
    if let Err(panic) = catch(|| waiter.map(Waker::wake)) {
        panic.discard();
    }
}
