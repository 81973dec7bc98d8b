//! No children, one child, and a limit of none.

use crate::verbs::caught;
use futures::{StreamExt as _, stream::FusedStream as _};
use ringfence_core::{
    DynJoinSet, JoinSet, Outcome, as_completed, gather, race, race_ok, settle, try_gather, until,
    wait,
};
use ringfence_test::Stepper;
use std::{
    future::{Future, Ready, ready},
    task::Poll,
    time::Duration,
};

/// Polls once, which must be enough, and must wake nobody.
#[track_caller]
fn at_once<F: Future>(future: F) -> F::Output {
    let mut stepper = Stepper::new(future);
    let Poll::Ready(output) = stepper.step() else { panic!("pending") };
    assert!(!stepper.is_woken());
    output
}

type Never = Ready<u32>;
type NeverOk = Ready<Result<u32, u32>>;

// trap: T16
// rule: end-empty
#[test]
fn all_of_none_are_there_at_once() {
    assert_eq!(at_once(gather(Vec::<Never>::new())), []);
    assert_eq!(at_once(gather([] as [Never; 0])), []);
    assert_eq!(at_once(gather(std::iter::empty::<Never>()).limit(1)), []);
    at_once(gather(()));
    assert_eq!(at_once(try_gather(Vec::<NeverOk>::new())), Ok(vec![]));
    assert_eq!(at_once(try_gather([] as [NeverOk; 0])), Ok([]));
    assert!(at_once(try_gather(())).is_ok());
    assert!(at_once(settle(Vec::<Never>::new())).is_empty());
    let []: [Outcome<u32>; 0] = at_once(settle([] as [Never; 0]));
    at_once(settle(()));
}

// trap: T16
#[test]
fn all_of_none_are_there_although_no_time_is_left() {
    assert_eq!(at_once(gather(Vec::<Never>::new()).timeout(Duration::ZERO)), Ok(vec![]));
    assert_eq!(at_once(gather(()).timeout(Duration::ZERO)), Ok(()));
    assert!(at_once(settle(Vec::<Never>::new()).timeout(Duration::ZERO)).is_empty());
}

// trap: T16
#[test]
fn a_race_of_none_panics_and_a_race_for_success_of_none_has_no_errors() {
    let message = "a race of no children, which none can win";
    assert_eq!(caught(|| at_once(race(Vec::<Never>::new()))).unwrap_err(), message);
    assert_eq!(caught(|| at_once(race([] as [Never; 0]))).unwrap_err(), message);
    assert_eq!(caught(|| at_once(race(std::iter::empty::<Never>()))).unwrap_err(), message);
    assert_eq!(at_once(race_ok(Vec::<NeverOk>::new())), Err(vec![]));
    assert_eq!(at_once(race_ok([] as [NeverOk; 0])), Err([]));
}

// trap: T16
#[test]
fn a_stream_of_none_ends_at_once_and_stays_ended() {
    let mut stream = as_completed(Vec::<Never>::new());
    assert!(!stream.is_terminated());
    for _ in 0..3 {
        assert!(at_once(stream.next()).is_none());
        assert!(stream.is_terminated());
    }
}

// trap: T16
#[test]
fn waiting_for_none_of_none_is_over_at_once() {
    let waited = at_once(wait(Vec::<NeverOk>::new(), until::AllCompleted));
    assert!(waited.done.is_empty() && waited.pending.is_empty());
    assert!(at_once(wait(Vec::<NeverOk>::new(), until::FirstCompleted)).done.is_empty());
    assert!(at_once(wait(Vec::<NeverOk>::new(), until::FirstFailure)).done.is_empty());
    let timed = wait(Vec::<NeverOk>::new(), until::FirstCompleted).timeout(Duration::MAX);
    assert!(at_once(timed).done.is_empty());
    assert!(at_once(JoinSet::<Never>::new().wait(until::FirstCompleted)).is_empty());
}

// trap: T16
#[test]
fn an_empty_set_answers_at_once_before_and_after_it_had_children() {
    let mut set = JoinSet::<Never>::new();
    for n in 0..3 {
        assert!(at_once(set.next()).is_none());
        assert!(set.try_next().is_none());
        assert!(set.is_empty());
        let key = set.insert(ready(n));
        assert_eq!(set.len(), 1);
        let (ended, outcome) = at_once(set.next()).expect("there is one");
        assert_eq!((ended, outcome.ok()), (key, Some(n)));
    }
    set.clear();
    assert!(at_once(set.next()).is_none());
    assert!(at_once(DynJoinSet::<u32>::new().next()).is_none());
}

// trap: T16
#[test]
fn one_child_is_enough_for_every_verb() {
    assert_eq!(at_once(gather(vec![ready(1)])), [1]);
    assert_eq!(at_once(gather([ready(1)])), [1]);
    assert_eq!(at_once(gather((ready(1),))), (1,));
    assert_eq!(at_once(try_gather((ready(Ok::<_, ()>(1)),))), Ok((1,)));
    assert_eq!(at_once(try_gather([ready(Err::<(), _>(1))])), Err(1));
    assert_eq!(at_once(settle((ready(1),))).0.ok(), Some(1));
    assert_eq!(at_once(race((ready(1),))), 1);
    assert_eq!(at_once(race([ready(1)])), 1);
    assert_eq!(at_once(race_ok((ready(Err::<(), _>(1)),))), Err([1]));
    assert_eq!(at_once(as_completed((ready(1),)).collect::<Vec<_>>()), [(0, 1)]);
    assert_eq!(at_once(wait([ready(1)], until::AllCompleted)).done.len(), 1);
}

/// Calls `limit(0)`, and asserts what it says.
#[track_caller]
fn assert_no_limit<T>(limit: impl FnOnce() -> T) {
    let message = "a limit of 0 children: no child would ever begin";
    assert!(caught(limit).is_err_and(|panic| panic == message));
}

// trap: T16
// case: LI-04
#[test]
fn a_limit_of_none_is_refused_at_the_call() {
    let children = || vec![ready(Ok::<u32, u32>(1))];
    assert_no_limit(|| gather(children()).limit(0));
    assert_no_limit(|| gather((ready(1), ready(2))).limit(0));
    assert_no_limit(|| try_gather(children()).limit(0));
    assert_no_limit(|| settle(children()).limit(0));
    assert_no_limit(|| race(children()).limit(0));
    assert_no_limit(|| race_ok(children()).limit(0));
    assert_no_limit(|| as_completed(children()).limit(0));
    assert_no_limit(|| gather(children()).timeout(Duration::ZERO).limit(0));
}

// trap: T16
// rule: limit-more
#[test]
fn a_limit_beyond_all_children_is_none() {
    let children = || (0..100).map(ready);
    assert_eq!(at_once(gather(children()).limit(usize::MAX)), Vec::from_iter(0..100));
    assert_eq!(at_once(gather(children().collect::<Vec<_>>()).limit(usize::MAX)).len(), 100);
    assert_eq!(at_once(gather((ready(1), ready(2))).limit(usize::MAX)), (1, 2));
}
