//! A thousand children, and no time: what is ready is taken.

use ringfence_core::{
    Elapsed, JoinSet, Outcome, Reason, gather, race, race_ok, settle, timeout, try_gather, until,
    wait,
};
use ringfence_test::{Controller, Probe, Stepper};
use std::{fmt::Debug, future::Future, task::Poll, time::Duration};

const CHILDREN: usize = 1000;

/// Children of which these are ready, and the others never are.
fn children(ready: impl Fn(usize) -> bool) -> Vec<Probe<Result<usize, usize>>> {
    let child = |place| if ready(place) { Probe::ready(Ok(place)) } else { Probe::pending() };
    (0..CHILDREN).map(child).collect()
}

/// What a future whose time is up resolves to in its first poll.
#[track_caller]
fn at_once<F: Future>(future: F) -> F::Output {
    match Stepper::new(future).step() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("time is up, and it is pending"),
    }
}

/// Places of a thousand, none of which is among the first that a turn would poll.
const READY: [usize; 5] = [63, 64, 500, 998, 999];

fn some() -> Vec<Probe<Result<usize, usize>>> {
    children(|place| READY.contains(&place))
}

#[track_caller]
fn unfinished<T: Debug>(elapsed: Result<T, Elapsed>) -> usize {
    elapsed.expect_err("some are never ready").unfinished().len()
}

#[test]
fn without_time_all_that_are_ready_are_taken_before_the_others_are_cancelled() {
    let outcomes = at_once(settle(some()).timeout(Duration::ZERO));
    assert_eq!(outcomes.len(), CHILDREN);
    for (place, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Completed(output) => assert_eq!(*output, Ok(place)),
            Outcome::Cancelled(cancelled) => {
                assert!(matches!(cancelled.reason(), Reason::Deadline));
                assert!(!READY.contains(&place));
            }
            Outcome::Panicked(panic) => panic!("{panic}"),
        }
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_completed()).count(), READY.len());
}

#[test]
fn without_time_wait_returns_all_that_are_ready() {
    let waited = at_once(wait(some(), until::AllCompleted).timeout(Duration::ZERO));
    assert_eq!((waited.done.len(), waited.pending.len()), (READY.len(), CHILDREN - READY.len()));
    let mut set = waited.pending;
    assert!(at_once(set.wait(until::AllCompleted).timeout(Duration::ZERO)).is_empty());
    set.extend(some());
    assert_eq!(at_once(set.wait(until::AllCompleted).timeout(Duration::ZERO)).len(), READY.len());
}

#[test]
fn without_time_a_race_is_won_by_who_is_ready() {
    assert_eq!(at_once(race(some()).timeout(Duration::ZERO)), Ok(Ok(63)));
    assert_eq!(at_once(race_ok(some()).timeout(Duration::ZERO)), Ok(Ok(63)));
    let last = children(|place| place == 999);
    assert_eq!(at_once(race(last).timeout(Duration::ZERO)), Ok(Ok(999)));
}

#[test]
fn without_time_values_win_if_all_are_there_and_who_is_missing_is_told_if_not() {
    let all = at_once(gather(children(|_| true)).timeout(Duration::ZERO));
    assert_eq!(all.map(|outputs| outputs.len()), Ok(CHILDREN));
    let all = at_once(try_gather(children(|_| true)).timeout(Duration::ZERO));
    assert_eq!(all, Ok(Ok(Vec::from_iter(0..CHILDREN))));
    let missing = CHILDREN - READY.len();
    assert_eq!(unfinished(at_once(gather(some()).timeout(Duration::ZERO))), missing);
    assert_eq!(unfinished(at_once(try_gather(some()).timeout(Duration::ZERO))), missing);
}

#[test]
fn without_time_the_first_error_wins_against_the_deadline() {
    let mut children = children(|_| false);
    children[997] = Probe::ready(Err(997));
    assert_eq!(at_once(try_gather(children).timeout(Duration::ZERO)), Ok(Err(997)));
}

// rule: timeout-zero
#[test]
fn without_time_every_child_is_polled_and_then_dropped() {
    let children = children(|_| false);
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    assert_eq!(unfinished(at_once(gather(children).timeout(Duration::ZERO))), CHILDREN);
    assert!(controls.iter().all(|control| control.polls() == 1));
    controls.iter().for_each(Controller::assert_sound);
}

#[test]
fn without_time_a_limit_lets_in_as_many_as_end() {
    let ready_first = children(|place| place < 700);
    let elapsed = at_once(gather(ready_first).limit(10).timeout(Duration::ZERO));
    assert_eq!(unfinished(elapsed), 300);
    let last = children(|place| place == 9);
    assert_eq!(at_once(race(last).limit(10).timeout(Duration::ZERO)), Ok(Ok(9)));
}

#[test]
fn without_time_a_future_is_polled_once() {
    let child = Probe::yields(1, ());
    let control = child.controller();
    assert!(at_once(timeout(Duration::ZERO, child)).is_err());
    assert_eq!(control.polls(), 1);
    control.assert_sound();
    assert_eq!(at_once(timeout(Duration::ZERO, Probe::ready(1))), Ok(1));
}

// rule: set-try-next
#[test]
fn without_waiting_a_set_gives_whoever_is_ready() {
    let mut set: JoinSet<_> = some().into_iter().collect();
    for place in READY {
        let (_, outcome) = set.try_next().expect("there are more that are ready");
        assert_eq!(outcome.ok(), Some(Ok(place)));
    }
    assert!(set.try_next().is_none());
    assert_eq!(set.len(), CHILDREN - READY.len());
}
