//! Members that have not begun because of a limit, when all is over.

use crate::verbs::caught;
use ringfence_core::{Outcome, Reason, gather, race, settle, try_gather};
use ringfence_test::{Counted, Probe, Stepper, Tally};
use std::{
    future::{IntoFuture, Ready, ready},
    task::Poll,
    time::Duration,
};

/// A member that is no future yet, and may panic when it is dropped.
struct Member(Counted<u32>);

impl IntoFuture for Member {
    type Output = u32;
    type IntoFuture = Ready<u32>;

    fn into_future(self) -> Ready<u32> {
        panic!("member {} is made a future", *self.0)
    }
}

// trap: T8
#[test]
fn members_that_have_not_begun_are_dropped_before_the_verb_resolves() {
    let children: Vec<Probe<Result<u32, u32>>> = (0..5).map(|n| Probe::ready(Err(n))).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut all = Stepper::new(try_gather(children).limit(2));
    assert_eq!(all.step(), Poll::Ready(Err(0)));
    assert!(controls.iter().all(|control| control.is_dropped()));
    assert!(controls[2..].iter().all(|control| control.polls() == 0));
}

// trap: T8
// rule: settle-deadline
#[test]
fn members_that_have_not_begun_are_cancelled_by_a_deadline_too() {
    let children = || [Probe::<()>::pending(), Probe::pending(), Probe::pending()];
    let is_late = |outcome: &Outcome<()>| match outcome {
        Outcome::Cancelled(cancelled) => matches!(cancelled.reason(), Reason::Deadline),
        _ => false,
    };
    let cut = settle(children()).limit(1).timeout(Duration::ZERO);
    let Poll::Ready(outcomes) = Stepper::new(cut).step() else { panic!("time is up") };
    assert!(outcomes.iter().all(is_late));

    let cut = settle(Vec::from(children())).limit(1).timeout(Duration::ZERO);
    let Poll::Ready(outcomes) = Stepper::new(cut).step() else { panic!("time is up") };
    assert_eq!(outcomes.iter().filter(|outcome| is_late(outcome)).count(), 3);

    let [a, b, c] = children();
    let cut = settle((a, b, c)).limit(1).timeout(Duration::ZERO);
    let Poll::Ready((a, b, c)) = Stepper::new(cut).step() else { panic!("time is up") };
    assert!([a, b, c].iter().all(is_late));

    // What an iterator would have yielded has no outcome.
    let cut = settle(children().into_iter()).limit(1).timeout(Duration::ZERO);
    let Poll::Ready(outcomes) = Stepper::new(cut).step() else { panic!("time is up") };
    assert_eq!(outcomes.iter().filter(|outcome| is_late(outcome)).count(), 1);
}

// trap: T8
// rule: panic-first
#[test]
fn a_member_that_panics_on_drop_keeps_none_from_being_dropped_and_is_the_second_panic() {
    let faulty = || Probe::<()>::pending().panics_on_drop();
    for (first, message) in [
        (Probe::ready(()), "probe panics on drop"),
        (Probe::ready(()).panics_on_poll(1), "probe panics on poll"),
    ] {
        let children = vec![Probe::pending(), first, Probe::pending(), faulty(), Probe::pending()];
        let controls: Vec<_> = children.iter().map(Probe::controller).collect();
        let mut winner = Stepper::new(race(children).limit(2));
        assert_eq!(caught(|| winner.step()).unwrap_err(), message);
        controls.iter().for_each(|control| control.assert_sound());
    }
}

// trap: T8
#[test]
fn a_member_that_panics_when_it_is_made_a_future_takes_the_others_along() {
    let tally = Tally::new();
    let members = || (0..4).map(|n| Member(tally.count(n))).collect::<Vec<_>>();
    for limit in [1, 2, 4, 100] {
        let mut all = Stepper::new(gather(members()).limit(limit));
        assert_eq!(caught(|| all.step()).unwrap_err(), "member 0 is made a future");
        assert_eq!(caught(|| all.step()).unwrap_err(), "`gather` was polled after it had ended");
        drop(all);
        tally.assert_all_dropped_once();
    }
    let mut all = Stepper::new(gather(members()));
    assert_eq!(caught(|| all.step()).unwrap_err(), "member 0 is made a future");
    drop(all);
    tally.assert_all_dropped_once();
}

// trap: T8
#[test]
fn what_has_ended_under_a_limit_makes_place_also_if_it_panicked() {
    let children: Vec<Probe<u32>> = (0..10)
        .map(|n| if n % 2 == 0 { Probe::ready(n) } else { Probe::yields(1, n).panics_on_poll(2) })
        .collect();
    let Poll::Ready(outcomes) = Stepper::new(settle(children).limit(2)).run_until_stalled() else {
        panic!("all children end")
    };
    for (outcome, n) in outcomes.iter().zip(0..) {
        assert_eq!(outcome.value().copied(), (n % 2 == 0).then_some(n));
        assert_eq!(outcome.is_panicked(), n % 2 == 1);
    }
    let ready = [ready(1), ready(2)];
    assert_eq!(Stepper::new(gather(ready).limit(1)).step(), Poll::Ready([1, 2]));
}

// rule: settle-deadline-panic
#[test]
fn a_child_that_panics_when_a_deadline_drops_it_is_the_panic_of_its_verb() {
    let children = vec![Probe::ready(1), Probe::pending().panics_on_drop(), Probe::pending()];
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut cut = Stepper::new(settle(children).timeout(Duration::ZERO));
    assert_eq!(caught(|| cut.step()).unwrap_err(), "probe panics on drop");
    drop(cut);
    controls.iter().for_each(|control| control.assert_sound());
}
