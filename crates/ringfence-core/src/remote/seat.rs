//! The place of a remote child, which its task and its parent own.

use super::{
    child::{Inside, lose, run},
    launch::Launch,
    lineage::Lineage,
    slot::{Beside, Doom, Slot, Turn},
};
use crate::{
    cancel::{
        CancelToken, InForce, Lender, Owns,
        drain::{Address, Drain, Leaving},
    },
    memory::counted::{Counted, Owner, Vacant},
    observe::ObservedChild,
    outcome::{Outcome, Panic, catch, keep_first},
    rt::{Run, Runner},
    sync::here::Here,
};
use core::{
    future::Future,
    mem,
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

/// What a remote child's parent has of it, whatever the child and its runtime are.
pub(super) trait Shared<T>: Leaving {
    /// Hands the child to its runtime; `waiter` is who waits for it.
    ///
    /// # Safety
    ///
    /// `task` is an owner of this, whose count was given up. There is one other, which calls this, and
    /// has done so never before.
    #[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
    unsafe fn begin(&self, task: NonNull<()>, waiter: Waker);

    /// Whether there is an outcome to take.
    fn has_ended(&self) -> bool;

    /// Waits for the outcome; before that, for those whom the child has left behind, if there are any.
    fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Outcome<T>, Drain>>;

    /// Has the child dropped, and asked to end, since its parent drops it.
    fn part(&self) -> Parted<T>;
}

/// Hands a child to its runtime, which has not been; `waiter` is who waits for it.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
pub(super) fn begin<T>(parent: &mut Owner<dyn Shared<T>>, waiter: Waker) {
    let task = parent.second().expect("nobody else has it before it is begun");
    // SAFETY: it is an owner, and the one other is borrowed.
    unsafe { parent.begin(task.into_raw().cast(), waiter) };
}

/// What a parent has left to do that has parted with its child.
pub(super) struct Parted<T> {
    pub(super) rest: Rest<T>,
    /// The first panic of what was done.
    pub(super) panic: Option<Panic>,
}

#[must_use]
pub(super) enum Rest<T> {
    /// Nothing: the child has been dropped.
    Dropped,
    /// To see to it that somebody waits: this thread is inside a poll of the child.
    Polled(Here),
    /// To drop the outcome.
    Ended(Outcome<T>, Drain),
}

/// A remote child in its place, with all that there is of it.
pub(super) struct Seat<F: Future, L> {
    slot: Slot<F, F::Output>,
    lineage: Lineage<L>,
}

/// A remote child, which `launch` will hand to its runtime.
//
// Not inline, where `remote` is: so there is a pointer to move, and not what is allocated.
#[inline(never)]
pub(super) fn seat<F, L>(future: F, launch: L) -> Owner<dyn Shared<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    // The place before what is there: so that is written once, and not to the stack and then copied.
    let place = Vacant::here();
    parents(place.fill(Seat { slot: Slot::new(future), lineage: Lineage::new(launch) }))
}

/// A seat as its parent has it, whatever it is.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
fn parents<F, L>(seat: Owner<Seat<F, L>>) -> Owner<dyn Shared<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    let raw: NonNull<Counted<dyn Shared<F::Output>>> = seat.into_raw();
    // SAFETY: it was just given up.
    unsafe { Owner::from_raw(raw) }
}

/// A seat as its task has it, whatever it is.
#[inline]
#[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
fn tasks<F, L>(seat: Owner<Seat<F, L>>) -> Owner<dyn Run>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    let raw: NonNull<Counted<dyn Run>> = seat.into_raw();
    // SAFETY: it was just given up.
    unsafe { Owner::from_raw(raw) }
}

impl<F, L> Shared<F::Output> for Seat<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    #[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
    unsafe fn begin(&self, task: NonNull<()>, waiter: Waker) {
        // SAFETY: says the caller.
        let task = unsafe { Owner::<Self>::from_raw(task.cast()) };
        // SAFETY: the two owners are the caller's and this one, which has not been handed over.
        unsafe { self.slot.wait_first(waiter) };
        // SAFETY: as above.
        let launch = unsafe { self.lineage.begin() };
        launch.launch(Runner::new(tasks(task)));
    }

    #[inline]
    fn has_ended(&self) -> bool {
        self.slot.has_ended()
    }

    fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Outcome<F::Output>, Drain>> {
        self.slot.poll_end(cx)
    }

    fn part(&self) -> Parted<F::Output> {
        // First of all: no poll begins any more.
        let (doom, waiter) = self.slot.doom();
        let is_polled = matches!(doom, Doom::Polled(_));
        let cancelled = catch(|| self.lineage.drop_child(is_polled)).err();
        let dropped = catch(|| drop(waiter)).err();
        let mut panic = None;
        let rest = match doom {
            Doom::Idle(turn) => {
                panic = drop_idle(turn);
                Rest::Dropped
            }
            Doom::Over => Rest::Dropped,
            Doom::Polled(by) => Rest::Polled(by),
            Doom::Ended(outcome, left) => Rest::Ended(outcome, left),
        };
        keep_first(&mut panic, cancelled);
        keep_first(&mut panic, dropped);
        Parted { rest, panic }
    }
}

impl<F, L> Leaving for Seat<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Drain> {
        self.slot.poll_gone(cx)
    }

    fn has_gone(&self) -> bool {
        self.slot.has_gone()
    }

    fn address(&self) -> Address {
        self.slot.address()
    }
}

/// Drops a child between two polls. Its task is woken for its runtime to see that there is nothing
/// left of it.
fn drop_idle<F, T>(mut turn: Turn<'_, F, T>) -> Option<Panic> {
    turn.with(|place, beside| {
        let Beside { task, left } = mem::take(beside);
        let mut panic = catch(|| place.clear()).err();
        keep_first(&mut panic, catch(|| drop(left)).err());
        keep_first(&mut panic, catch(|| task.map(Waker::wake)).err());
        panic
    })
}

/// The task's end.
impl<F, L> Run for Seat<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    #[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
    unsafe fn run(&self, this: NonNull<()>, cx: &mut Context<'_>) -> Poll<Option<Waker>> {
        let inside = Inside {
            // SAFETY: says the caller.
            token: unsafe { Lender::at::<Owner<Self>>(this) },
            deadline: self.lineage.deadline(),
            is_elsewhere: self.lineage.is_elsewhere(),
        };
        run(&self.slot, inside, cx)
    }

    fn lose(&self) {
        lose(&self.slot);
    }
}

/// The child's token, which is in force while it is polled.
#[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
// SAFETY: what an `Owner` owns is where it points to, as long as there is one (I18).
unsafe impl<F, L> Owns for Owner<Seat<F, L>>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    #[inline]
    fn as_raw(&self) -> NonNull<()> {
        Owner::as_raw(self).cast()
    }

    #[inline]
    #[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: says the caller.
        unsafe { Owner::from_raw(raw.cast()) }
    }

    fn token(&self) -> CancelToken {
        self.lineage.token()
    }

    fn observed(&self) -> Option<ObservedChild> {
        self.lineage.observed()
    }

    // Its token, since a seat would keep what its own child is kept under, and so on: however long a
    // chain of children is, each begun in the one before, only those are kept who are there.
    fn keep(self) -> InForce {
        self.token().into()
    }
}

/// What a drain has of it, once its parent has dropped it inside a poll.
impl<T> Leaving for Owner<dyn Shared<T>> {
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Drain> {
        (**self).poll_gone(cx)
    }

    fn has_gone(&self) -> bool {
        (**self).has_gone()
    }

    fn address(&self) -> Address {
        (**self).address()
    }
}

#[cfg(all(test, not(ringfence_loom)))]
mod tests;
