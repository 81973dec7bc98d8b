use super::*;
use crate::{
    cancel::{InForce, Lend, drain, within},
    outcome::Reason,
    remote::slot::Polling,
};
use alloc::sync::Arc;
use core::future::{self, Pending};

struct Nowhere;

impl Launch for Nowhere {
    fn launch(self, _: Runner) {}
}

fn pending() -> Owner<Seat<Pending<()>, Nowhere>> {
    let slot = Slot::new(future::pending());
    Vacant::here().fill(Seat { slot, lineage: Lineage::new(Nowhere) })
}

/// A child that is begun where this is called.
#[expect(unsafe_code, reason = "docs/unsafe.md, U37")]
fn begun() -> Owner<Seat<Pending<()>, Nowhere>> {
    let seat = pending();
    // SAFETY: it is new.
    let Nowhere = unsafe { seat.lineage.begin() };
    seat
}

/// As a drain has it.
fn left(seat: &Owner<Seat<Pending<()>, Nowhere>>) -> Arc<dyn Leaving> {
    Arc::new(parents(seat.clone()))
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
    let leaving = left(&seat);
    assert!(matches!(seat.part().rest, Rest::Polled(_)));
    assert!(!leaving.has_gone(), "the poll goes on");
    end(polling);
    assert!(leaving.has_gone());
}

#[test]
fn a_child_that_is_left_behind_and_where_it_was_begun_do_not_keep_each_other() {
    let outer = begun();
    let inner = within(&outer, begun);
    let [mut outer_poll, inner_poll] =
        [&outer, &inner].map(|seat| seat.slot.begin().expect("it is idle"));
    // On another thread than the poll of the inner one.
    let leave = || {
        assert!(matches!(inner.part().rest, Rest::Polled(_)));
        drain::leave(left(&inner));
    };
    outer_poll.turn.with(|_, beside| beside.left.collect(leave));
    // By somebody who does not wait.
    assert!(matches!(outer.part().rest, Rest::Polled(_)));
    for polling in [outer_poll, inner_poll] {
        end(polling);
    }
    assert!(!inner.is_only(), "the outer one has it");
    drop(outer);
    assert!(inner.is_only(), "the outer one is there no more");
}

#[test]
fn a_child_that_is_left_to_itself_does_not_keep_itself() {
    let seat = pending();
    let mut polling = seat.slot.begin().expect("it is idle");
    // On another thread.
    let leave = || {
        assert!(matches!(seat.part().rest, Rest::Polled(_)));
        drain::leave(left(&seat));
    };
    polling.turn.with(|_, beside| beside.left.collect(leave));
    let Err(mut doomed) = polling.rest() else { panic!("it was dropped") };
    let left = doomed.turn.with(|place, beside| {
        place.clear();
        mem::take(&mut beside.left)
    });
    assert!(left.go_with(seat.slot.address(), |left| doomed.go(left)).is_none());
    assert!(seat.is_only());
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
