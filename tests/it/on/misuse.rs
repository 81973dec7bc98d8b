//! What is asked of a verb that has begun already.

use super::Beside;
use crate::verbs::caught;
use ringfence_core::{gather, settle, until, wait};
use ringfence_test::{Probe, poll_once};
use std::{
    future::ready,
    pin::Pin,
    task::{Poll, Waker},
};

const MESSAGE: &str = "`on` and `sharded` come before the first poll: children have begun already";

// rule: on-begun
#[test]
fn a_verb_whose_children_have_begun_cannot_be_put_on_a_runtime() {
    let rt = Beside::default();
    let mut list = gather([Probe::<u32>::pending()]);
    assert!(poll_once(Pin::new(&mut list), Waker::noop()).is_pending());
    assert_eq!(caught(|| drop(list.on(&rt))).unwrap_err(), MESSAGE);
    let mut tuple = gather((ready(1), std::future::pending::<u32>()));
    assert!(poll_once(Pin::new(&mut tuple), Waker::noop()).is_pending());
    assert_eq!(caught(|| drop(tuple.on(&rt))).unwrap_err(), MESSAGE);
    let mut waits = wait([std::future::pending::<u32>()], until::AllCompleted);
    assert!(poll_once(Pin::new(&mut waits), Waker::noop()).is_pending());
    assert_eq!(caught(|| drop(waits.on(&rt))).unwrap_err(), MESSAGE);
    let mut tasks = settle(vec![Probe::<u32>::pending()]).on(&rt);
    assert!(poll_once(Pin::new(&mut tasks), Waker::noop()).is_pending());
    assert_eq!(caught(|| drop(tasks.sharded(2))).unwrap_err(), MESSAGE);
    assert_eq!(rt.spawned(), 1);
}

// rule: on-begun
#[test]
fn a_tuple_of_which_nobody_has_ended_begins_anew() {
    let rt = Beside::default();
    let mut tuple = gather((std::future::pending::<u32>(), ready(1))).limit(1);
    assert!(poll_once(Pin::new(&mut tuple), Waker::noop()).is_pending());
    let mut tuple = tuple.on(&rt);
    assert!(poll_once(Pin::new(&mut tuple), Waker::noop()).is_pending());
    rt.settle();
    // Its limit is what it was.
    assert!(poll_once(Pin::new(&mut tuple), Waker::noop()).is_pending());
    assert_eq!(rt.spawned(), 1);
}

#[test]
fn a_verb_on_no_shards_panics_when_it_is_made() {
    let rt = Beside::default();
    let none = caught(|| drop(gather(vec![ready(1)]).on(&rt).sharded(0)));
    assert!(none.unwrap_err().contains("no child would ever begin"));
}

// rule: end-poll-again
#[test]
fn a_verb_that_has_ended_panics_if_it_is_polled_again() {
    let rt = Beside::default();
    let mut all = gather(vec![ready(1)]).on(&rt).sharded(1);
    assert!(poll_once(Pin::new(&mut all), Waker::noop()).is_pending());
    rt.settle();
    assert_eq!(poll_once(Pin::new(&mut all), Waker::noop()), Poll::Ready(vec![1]));
    let again = caught(|| poll_once(Pin::new(&mut all), Waker::noop()));
    assert_eq!(again.unwrap_err(), "`gather` was polled after it had ended");
}
