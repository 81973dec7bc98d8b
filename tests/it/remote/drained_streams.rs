//! Quorums, hedges, streams and limiters wait for a child that is inside a poll.

use super::{
    Last, Output, Parent, busy,
    drained::{boxed, panics, waits},
};
use crate::verbs::caught;
use futures::{StreamExt as _, stream};
use ringfence_core::{Limiter, StreamExt as _, hedge, quorum, race, scope};
use std::{future::ready, task::Poll, time::Duration};

// rule: remote-drained
#[test]
fn a_quorum_waits_for_the_polls_of_the_others() {
    let all = waits(|child| quorum((child, ready(Ok(1)), ready(Ok(2))), 2));
    assert_eq!(all, Ok(vec![(1, 1), (2, 2)]));
    let none = waits(|child| quorum([boxed(child), boxed(ready(Err("down")))], 2));
    assert_eq!(none, Err([None, Some("down")]));
    let list = vec![ready(Err("down")), ready(Err("also"))];
    let none =
        waits(|child| quorum([boxed(child)].into_iter().chain(list.into_iter().map(boxed)), 3));
    assert_eq!(none, Err(vec![None, Some("down"), None]));
    let panicked = caught(|| waits(|child| quorum((child, panics()), 1)));
    assert_eq!(panicked.unwrap_err(), "first");
}

// rule: remote-drained
#[test]
fn a_hedge_waits_for_the_poll_of_an_attempt_that_has_lost() {
    let won = waits(|child| hedge((child, ready(Ok(1))), Duration::ZERO));
    assert_eq!(won, Ok(1));
}

// rule: remote-drained
// rule: concurrent-try
#[test]
fn a_stream_that_has_failed_waits_for_the_polls_of_its_children() {
    let all = |child| stream::iter([boxed(child), boxed(ready(Err("down")))]).concurrent(2);
    let failed = waits(|child| all(child).try_for_each(async |child| child.await.map(drop_it)));
    assert_eq!(failed, Err("down"));
    let failed = waits(|child| all(child).try_map(|child| child).try_for_each(async |_| Ok(())));
    assert_eq!(failed, Err("down"));
    let failed = waits(|child| {
        let mut outputs = Box::pin(all(child).try_map(|child| child));
        async move { outputs.next().await }
    });
    assert_eq!(failed, Some(Err("down")));

    let all = |child| stream::iter([boxed(child), boxed(ready(Ok(7)))]).concurrent(2);
    let failed = waits(|child| {
        all(child).map(|child| child).try_for_each(async |output: Output| Err(output.unwrap()))
    });
    assert_eq!(failed, Err(7));
}

// rule: remote-drained
// rule: concurrent-panic
#[test]
fn a_panic_in_a_stream_is_resumed_once_the_others_have_gone() {
    let all = |child| stream::iter([boxed(child), boxed(panics())]).concurrent(2);
    let panicked =
        caught(|| waits(|child| all(child).for_each(async |child| drop_it(child.await))));
    assert_eq!(panicked.unwrap_err(), "first");
    let panicked = caught(|| waits(|child| all(child).map(|child| child).for_each(async |_| {})));
    assert_eq!(panicked.unwrap_err(), "first");
    let next = |child| {
        let mut outputs = Box::pin(all(child).map(|child| child));
        async move { drop_it(outputs.next().await) }
    };
    assert_eq!(caught(|| waits(next)).unwrap_err(), "first");
}

// rule: limiter-dropped
#[test]
fn a_place_is_given_back_once_the_child_that_has_had_it_has_gone() {
    let limiter = Limiter::new(2);
    let (child, last) = busy(Last::Pends);
    let mut parent = Parent::new(race([boxed(child), boxed(ready(Ok(1)))]).limit(&limiter));
    assert!(parent.poll().is_pending());
    assert!(limiter.try_acquire(2).is_none());
    last.let_out();
    assert_eq!(parent.end(), Ok(1));
    assert!(limiter.try_acquire(2).is_some());

    let (child, last) = busy(Last::Pends);
    let scoped = scope(async |s| -> Result<(), &str> {
        s.spawn(child);
        s.spawn(ready(Err::<(), _>("down")));
        Ok(())
    });
    let mut parent = Parent::new(scoped.limit(&limiter));
    assert!(matches!(parent.poll(), Poll::Pending));
    assert!(limiter.try_acquire(2).is_none());
    last.let_out();
    assert!(parent.end().is_err());
    assert!(limiter.try_acquire(2).is_some());
}

fn drop_it<T>(_: T) {}
