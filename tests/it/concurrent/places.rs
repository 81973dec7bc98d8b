//! How many children there are at a time, and who is polled when.

use super::source;
use futures::stream;
use ringfence_core::StreamExt as _;
use ringfence_test::{Probe, Stepper};
use std::{future::pending, panic, task::Poll};

// rule: concurrent-limit
#[test]
fn no_item_is_asked_for_before_there_is_a_place_for_it() {
    let (tap, items) = source::<()>();
    let controls: Vec<_> = (0..3).map(|_| tap.push()).collect();
    let mut all = Stepper::new(items.concurrent(2).for_each(|probe| probe));
    assert!(all.run_until_stalled().is_pending());
    assert_eq!(tap.polls(), 2);
    assert_eq!([1, 1, 0], [0, 1, 2].map(|n| controls[n].polls()));

    controls[1].complete(());
    assert!(all.run_until_stalled().is_pending());
    assert_eq!(tap.polls(), 3);
    assert_eq!([1, 2, 1], [0, 1, 2].map(|n| controls[n].polls()));

    controls[0].complete(());
    assert!(all.run_until_stalled().is_pending());
    assert_eq!(tap.polls(), 4, "there is a place, and nothing to take it");
    tap.end();
    assert!(all.run_until_stalled().is_pending());
    assert!(tap.is_dropped(), "a source that has ended is dropped");
    controls[2].complete(());
    assert_eq!(all.run_until_stalled(), Poll::Ready(()));
    controls.iter().for_each(ringfence_test::Controller::assert_sound);
}

// rule: concurrent-limit
#[test]
fn an_output_that_nobody_has_taken_keeps_its_place() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..4).map(|_| tap.push()).collect();
    let consumer = Probe::<()>::pending();
    let busy = consumer.controller();
    let mut consumers = vec![consumer].into_iter();
    let children = items.concurrent(2).map(|probe| probe);
    let mut all = Stepper::new(children.for_each(|n| {
        assert_eq!(n, 0);
        consumers.next().expect("one consumes at a time")
    }));
    assert!(all.run_until_stalled().is_pending());
    // The consumer takes the first, the next two have to wait for it.
    (0..3).for_each(|n| assert!(controls[n].complete(n)));
    assert!(all.run_until_stalled().is_pending());
    assert_eq!(busy.polls(), 1);
    assert_eq!([2, 2, 1, 0], [0, 1, 2, 3].map(|n| controls[n].polls()));
}

// rule: concurrent-wakes
#[test]
fn source_children_and_consumer_are_polled_only_when_they_were_woken() {
    let (tap, items) = source();
    let (ended, left) = (tap.push(), tap.push());
    let consumer = Probe::<()>::pending();
    let busy = consumer.controller();
    let mut consumer = Some(consumer);
    let children = items.concurrent(8).map(|probe| probe);
    let mut all = Stepper::new(children.for_each(|()| consumer.take().unwrap()));
    assert!(all.run_until_stalled().is_pending());
    ended.complete(());
    assert!(all.run_until_stalled().is_pending());
    // Two items, and twice nothing: once more since a place is free again.
    assert_eq!((tap.polls(), left.polls(), busy.polls()), (4, 1, 1));

    busy.wake();
    assert!(all.run_until_stalled().is_pending());
    assert_eq!((tap.polls(), left.polls(), busy.polls()), (4, 1, 2));
    left.wake();
    assert!(all.run_until_stalled().is_pending());
    assert_eq!((tap.polls(), left.polls(), busy.polls()), (4, 2, 2));
    let late = tap.push();
    assert!(all.run_until_stalled().is_pending());
    assert_eq!((tap.polls(), left.polls(), busy.polls(), late.polls()), (6, 2, 2, 1));
}

// rule: concurrent-limit
#[test]
fn a_stream_may_be_endless_and_its_children_end_at_once() {
    let mut count = 0;
    let counted = stream::repeat(()).concurrent(3).for_each(|()| {
        count += 1;
        async {}
    });
    let mut all = Stepper::new(counted);
    assert!(all.step().is_pending());
    assert!(all.is_woken(), "others have their turn");
    drop(all);
    assert!(count > 0);
}

// rule: limit-zero
#[test]
fn a_limit_of_no_children_is_refused_at_once() {
    let refused = panic::catch_unwind(|| drop(stream::pending::<()>().concurrent(0)));
    assert!(refused.is_err());
}

// rule: fair-turn
#[test]
fn many_children_of_which_each_wakes_itself_leave_others_their_turn() {
    let children = stream::iter(0..500).concurrent(500).for_each(async |_| {
        loop {
            let mut yielded = false;
            std::future::poll_fn(|cx| {
                if std::mem::replace(&mut yielded, true) {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    });
    let mut all = Stepper::new(children);
    for _ in 0..10 {
        assert!(all.step().is_pending());
        assert!(all.is_woken());
    }
}

#[test]
fn a_source_that_is_pending_for_ever_keeps_the_future_open() {
    let mut all = Stepper::new(stream::pending::<u8>().concurrent(1).for_each(async |_| {
        pending::<()>().await;
    }));
    assert!(all.run_until_stalled().is_pending());
    let mut none = Stepper::new(stream::empty::<u8>().concurrent(1).for_each(async |_| {}));
    assert_eq!(none.step(), Poll::Ready(()));
}
