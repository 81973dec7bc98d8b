//! A second panic, of a destructor, while the first is on its way: it is seen by the panic hook, and
//! does not end the process.

use crate::verbs::caught;
use ringfence_core::{CancelToken, gather, timeout, try_gather};
use ringfence_test::{Probe, Stepper};
use std::{
    future::{Future, ready},
    time::Duration,
};

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// A child that panics when it is dropped.
fn bomb<T: Send + 'static>(child: Probe<T>, name: &'static str) -> Probe<T> {
    child.on_drop(move || panic!("{name}"))
}

/// The panic of the poll in which `future` ends.
#[track_caller]
fn panic_of(future: impl Future) -> String {
    caught(|| drop(Stepper::new(future).run_until_stalled())).unwrap_err()
}

// rule: panic-drop-of-verb
// trap: T8
#[test]
fn members_that_have_not_begun_are_dropped_one_by_one() {
    let bombs = || ["first", "second", "third"].map(|name| bomb(Probe::<()>::pending(), name));
    assert_eq!(caught(|| drop(gather(Vec::from(bombs())))).unwrap_err(), "first");
    assert_eq!(caught(|| drop(gather(bombs()))).unwrap_err(), "first");
    let waiting = || {
        let mut all = Stepper::new(gather(Vec::from(bombs())).limit(1));
        assert!(all.step().is_pending());
        all
    };
    assert_eq!(caught(|| drop(waiting())).unwrap_err(), "first");
}

// rule: panic-first
// rule: panic-iterator
// trap: T8
#[test]
fn the_panic_of_an_iterator_comes_before_those_of_the_members_it_has_yielded() {
    let yields = |n| match n {
        0 | 1 => bomb(Probe::<()>::pending(), "dropped"),
        _ => panic!("iterator"),
    };
    assert_eq!(panic_of(gather((0..3).map(yields))), "iterator");
}

// rule: panic-first
// trap: T8
#[test]
fn the_panic_of_an_output_that_is_dropped_comes_before_that_of_the_error() {
    let value = || ready(Ok::<_, Bomb>(Bomb("value")));
    let error = || ready(Err::<Bomb, _>(Bomb("error")));
    assert_eq!(panic_of(try_gather([value(), error()])), "value");
    assert_eq!(panic_of(try_gather(vec![value(), error()])), "value");
    assert_eq!(panic_of(try_gather((value(), error()))), "value");
}

// rule: panic-first
// trap: T8
#[test]
fn the_panic_of_a_future_that_has_ended_comes_before_that_of_its_output() {
    let future = || bomb(Probe::ready(Bomb("output")), "future");
    assert_eq!(panic_of(timeout(Duration::ZERO, future())), "future");
    assert_eq!(panic_of(CancelToken::new().run_until_cancelled(future())), "future");
}
