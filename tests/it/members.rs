//! What verbs take for children, and when they make children of it.

use futures::StreamExt as _;
use ringfence_core::{as_completed, gather, race, race_ok, settle, try_gather, until, wait};
use ringfence_test::{Probe, Stepper};
use std::{
    cell::Cell,
    future::{IntoFuture, Ready, ready},
    task::Poll,
};

/// Yields three ready children, and counts how many it was asked for.
fn counted(asked: &Cell<u32>) -> impl Iterator<Item = Ready<Result<u32, u32>>> {
    (0..3).map(|n| {
        asked.set(asked.get() + 1);
        ready(Err(n))
    })
}

// rule: members-lazy
#[test]
fn an_iterator_is_advanced_in_polls_only_and_by_wait_at_the_call() {
    let asked = &Cell::new(0);
    let assert_lazy = |verb: &mut dyn FnMut() -> bool| {
        assert_eq!(asked.take(), 0);
        assert!(verb(), "it ends in its first poll");
        assert_eq!(asked.take(), 3);
    };
    let mut verb = Stepper::new(gather(counted(asked)));
    assert_lazy(&mut || verb.step().is_ready());
    let mut verb = Stepper::new(settle(counted(asked)));
    assert_lazy(&mut || verb.step().is_ready());
    let mut verb = Stepper::new(race_ok(counted(asked)));
    assert_lazy(&mut || verb.step().is_ready());
    let mut verb = Stepper::new(as_completed(counted(asked)).collect::<Vec<_>>());
    assert_lazy(&mut || verb.step().is_ready());

    // These are decided by the first child, and all children are made before one is polled.
    let mut verb = Stepper::new(race(counted(asked)));
    assert_lazy(&mut || verb.step().is_ready());
    let mut verb = Stepper::new(try_gather(counted(asked)));
    assert_lazy(&mut || verb.step().is_ready());

    drop(wait(counted(asked), until::AllCompleted));
    assert_eq!(asked.take(), 3, "a set is what `wait` hands back");
}

/// What becomes a future, and counts that.
struct Member<'a>(&'a Cell<u32>);

impl IntoFuture for Member<'_> {
    type Output = u32;
    type IntoFuture = Probe<u32>;

    fn into_future(self) -> Probe<u32> {
        self.0.set(self.0.get() + 1);
        Probe::yields(1, 7)
    }
}

// rule: members-into-future
#[test]
fn a_member_becomes_a_future_when_its_turn_has_come_and_that_of_a_tuple_at_the_call() {
    let made = &Cell::new(0);
    let members = || (0..3).map(|_| Member(made)).collect::<Vec<_>>();

    let mut all = Stepper::new(gather(members()));
    assert_eq!(made.get(), 0);
    assert_eq!(all.run_until_stalled(), Poll::Ready(vec![7, 7, 7]));
    assert_eq!(made.take(), 3);

    let mut one_by_one = Stepper::new(as_completed(members()).limit(1).take(2).collect::<Vec<_>>());
    assert_eq!(one_by_one.run_until_stalled(), Poll::Ready(vec![(0, 7), (1, 7)]));
    assert_eq!(made.take(), 2, "the third has no place yet");

    let all = gather((Member(made), Member(made)));
    assert_eq!(made.take(), 2);
    drop(all);
}
