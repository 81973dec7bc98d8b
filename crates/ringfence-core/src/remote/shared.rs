//! The one allocation of a remote child, which its task and its parent share.

use super::{
    child::{Inside, lose, run, wake},
    here::Here,
    launch::Launch,
    lineage::Lineage,
    slot::{Beside, Doom, Slot, Turn},
};
use crate::{
    cancel::{
        CancelToken, Lend,
        drain::{Address, Drain, Leaving},
    },
    observe::ObservedChild,
    outcome::{Outcome, Panic, catch, keep_first},
    rt::Run,
};
// Not loom's, which cannot forget the type of what it holds.
use alloc::sync::Arc;
use core::{
    future::Future,
    mem,
    task::{Context, Poll, Waker},
};

/// What a remote child's parent has of it, whatever the child and its runtime are.
pub(super) trait Shared<T>: Send + Sync {
    /// Hands the child to its runtime; `waiter` is who waits for it.
    ///
    /// The parent, which is the only one to have the allocation, has it back in `parent` by then.
    fn begin(self: Arc<Self>, waiter: Waker, parent: &mut Option<Arc<dyn Shared<T>>>);

    /// Whether there is an outcome to take.
    fn has_ended(&self) -> bool;

    /// Waits for the outcome; before that, for those whom the child has left behind, if there are any.
    fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<Outcome<T>, Drain>>;

    /// Has the child dropped, and asked to end, since its parent drops it.
    fn part(&self) -> Parted<T>;

    /// What a drain has of it.
    fn leaving(self: Arc<Self>) -> Arc<dyn Leaving>;
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

/// The allocation.
pub(super) struct Seat<F: Future, L> {
    slot: Slot<F, F::Output>,
    lineage: Lineage<L>,
}

/// Makes a remote child, which `launch` will hand to its runtime.
//
// Not inline, where `remote` is: so there is a pointer to move, and not what is allocated.
#[inline(never)]
#[expect(unsafe_code, reason = "docs/unsafe.md, U28")]
pub(super) fn allocate<F, L>(future: F, launch: L) -> Arc<dyn Shared<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    // The place before what is there: so that is written once, and not to the stack and then copied.
    let place = Arc::<Seat<F, L>>::new_uninit();
    let seat = Seat { slot: Slot::new(future), lineage: Lineage::New(launch) };
    // SAFETY: nobody else has the allocation, which is as large and as aligned as what is written.
    unsafe { Arc::as_ptr(&place).cast_mut().cast::<Seat<F, L>>().write(seat) };
    // SAFETY: it was just written.
    unsafe { place.assume_init() }
}

impl<F, L> Shared<F::Output> for Seat<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn begin(mut self: Arc<Self>, waiter: Waker, parent: &mut Option<Arc<dyn Shared<F::Output>>>) {
        let new = Arc::get_mut(&mut self).expect("nobody else has it before it is begun");
        new.slot.wait_first(waiter);
        let launch = new.lineage.begin();
        *parent = Some(self.clone());
        launch.launch(self);
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

    fn leaving(self: Arc<Self>) -> Arc<dyn Leaving> {
        self
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
    fn run(self: Arc<Self>, cx: &mut Context<'_>) -> Option<Arc<dyn Run>> {
        let inside = Inside {
            token: (&self).into(),
            deadline: self.lineage.deadline(),
            is_elsewhere: self.lineage.is_elsewhere(),
        };
        let Poll::Ready(waiter) = run(&self.slot, inside, cx) else { return Some(self) };
        // Before the parent is woken, which has it then: else the two would pass it to and fro.
        drop(self);
        wake(waiter);
        None
    }

    fn lose(&self) {
        lose(&self.slot);
    }
}

/// The child's token, which is in force while it is polled.
impl<F, L> Lend for Seat<F, L>
where
    F: Future<Output: Send> + Send + 'static,
    L: Launch,
{
    fn token(self: Arc<Self>) -> CancelToken {
        self.lineage.token()
    }

    fn observed(&self) -> Option<ObservedChild> {
        self.lineage.observed()
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

#[cfg(all(test, not(ringfence_loom)))]
mod tests {
    use super::*;
    use crate::{
        cancel::{InForce, drain, within},
        outcome::Reason,
        remote::slot::Polling,
    };
    use core::future::{self, Pending};

    struct Nowhere;

    impl Launch for Nowhere {
        fn launch(self, _: Arc<dyn Run>) {}
    }

    fn pending() -> Arc<Seat<Pending<()>, Nowhere>> {
        let slot = Slot::new(future::pending());
        Arc::new(Seat { slot, lineage: Lineage::New(Nowhere) })
    }

    /// A child that is begun where this is called.
    fn begun() -> Arc<Seat<Pending<()>, Nowhere>> {
        let mut seat = pending();
        Arc::get_mut(&mut seat).expect("it is new").lineage.begin();
        seat
    }

    /// Ends the poll of a child that was dropped inside of it, for which nobody waits.
    fn end(polling: Polling<'_, Pending<()>, ()>) {
        let Err(mut doomed) = polling.rest() else { panic!("it was dropped") };
        let left = doomed.turn.with(|place, beside| {
            place.clear();
            mem::take(&mut beside.left)
        });
        assert!(doomed.go(left).is_none(), "nobody waits");
    }

    #[test]
    fn who_was_dropped_inside_a_poll_has_gone_once_that_has_ended() {
        let seat = pending();
        let polling = seat.slot.begin().expect("it is idle");
        let leaving = seat.clone().leaving();
        assert!(matches!(seat.part().rest, Rest::Polled(_)));
        assert!(!leaving.has_gone(), "the poll goes on");
        end(polling);
        assert!(leaving.has_gone());
    }

    #[test]
    fn a_child_that_is_left_behind_and_where_it_was_begun_do_not_keep_each_other() {
        let outer = begun();
        let inner = within(&outer, begun);
        let seats = [&outer, &inner].map(Arc::downgrade);
        let [mut outer_poll, inner_poll] =
            [&outer, &inner].map(|seat| seat.slot.begin().expect("it is idle"));
        // On another thread than the poll of the inner one.
        let leave = || {
            assert!(matches!(inner.part().rest, Rest::Polled(_)));
            drain::leave(inner.clone().leaving());
        };
        outer_poll.turn.with(|_, beside| beside.left.collect(leave));
        // By somebody who does not wait.
        assert!(matches!(outer.part().rest, Rest::Polled(_)));
        for polling in [outer_poll, inner_poll] {
            end(polling);
        }
        drop((outer, inner));
        assert!(seats.iter().all(|seat| seat.strong_count() == 0));
    }

    #[test]
    fn a_child_that_is_dropped_inside_a_poll_hears_why_its_parent_was_asked_to_end_before() {
        let parent = CancelToken::new();
        let seat = within(&InForce::from(parent.clone()), begun);
        let polling = seat.slot.begin().expect("it is idle");
        parent.cancel(Reason::Deadline);
        assert!(matches!(seat.part().rest, Rest::Polled(_)));
        assert_eq!(seat.lineage.token().reason(), Some(Reason::Deadline));
        end(polling);
    }

    /// Has no token to lend.
    struct Fussy;

    impl Lend for Fussy {
        fn token(self: Arc<Self>) -> CancelToken {
            panic!("no token")
        }
    }

    #[test]
    fn a_child_that_is_dropped_inside_a_poll_is_told_so_though_its_token_cannot_be_had() {
        let seat = within(&Arc::new(Fussy), begun);
        let polling = seat.slot.begin().expect("it is idle");
        let Parted { rest: Rest::Polled(_), panic: Some(panic) } = seat.part() else {
            panic!("it is inside a poll, and its token was asked for")
        };
        assert_eq!(panic.message(), Some("no token"));
        assert_eq!(seat.lineage.token().reason(), Some(Reason::Dropped));
        end(polling);
    }
}
