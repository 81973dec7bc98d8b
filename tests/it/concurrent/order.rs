//! In which order outputs come.

use super::source;
use futures::StreamExt as _;
use ringfence_core::StreamExt as _;
use ringfence_test::Stepper;
use std::{cell::RefCell, future::ready, task::Poll};

// rule: concurrent-order
// rule: concurrent-stream
#[test]
fn outputs_come_as_the_children_end() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..3).map(|_| tap.push()).collect();
    tap.end();
    let mut outputs = items.concurrent(3).map(|probe| probe);
    for n in [2, 0, 1] {
        assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
        controls[n].complete(n);
        assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(n)));
    }
    for _ in 0..2 {
        assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(None));
    }
}

// rule: concurrent-ordered
#[test]
fn ordered_outputs_come_in_the_order_of_the_items_and_keep_their_places() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..4).map(|_| tap.push()).collect();
    tap.end();
    let mut outputs = items.concurrent(3).map(|probe| probe).ordered();
    assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
    controls[1].complete(1);
    controls[2].complete(2);
    assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
    assert_eq!(controls[3].polls(), 0, "those that wait for the first have their places still");
    controls[0].complete(0);
    for n in 0..3 {
        assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(n)));
    }
    controls[3].complete(3);
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(3)));
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(None));
}

// rule: concurrent-ordered
#[test]
fn ordered_outputs_are_consumed_in_the_order_of_the_items() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..5).map(|_| tap.push()).collect();
    tap.end();
    let seen = RefCell::new(Vec::new());
    let children = items.concurrent(5).map(|probe| probe).ordered();
    let mut all = Stepper::new(children.for_each(|n| {
        seen.borrow_mut().push(n);
        ready(())
    }));
    for n in [3, 1, 4, 0, 2] {
        assert!(all.run_until_stalled().is_pending());
        controls[n].complete(n);
    }
    assert!(all.run_until_stalled().is_ready());
    assert_eq!(*seen.borrow(), [0, 1, 2, 3, 4]);
}

// rule: concurrent-consumer
#[test]
fn a_stream_that_has_begun_may_be_given_a_consumer() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..4).map(|_| tap.push()).collect();
    tap.end();
    let mut outputs = items.concurrent(4).map(|probe| probe).ordered();
    assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
    (0..3).for_each(|n| assert!(controls[n].complete(n)));
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(0)));
    let seen = RefCell::new(Vec::new());
    let mut rest = Stepper::new(outputs.for_each(async |n| seen.borrow_mut().push(n)));
    assert!(rest.run_until_stalled().is_pending());
    assert_eq!(*seen.borrow(), [1, 2]);
    controls[3].complete(3);
    assert!(rest.run_until_stalled().is_ready());
    assert_eq!(*seen.borrow(), [1, 2, 3]);

    let (tap, items) = source::<()>();
    tap.end();
    let mut outputs = items.concurrent(4).map(|probe| probe);
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(None));
    let mut none = Stepper::new(outputs.for_each(async |()| ()));
    assert_eq!(none.step(), Poll::Ready(()), "of nothing there is nothing to consume");
}

#[test]
#[should_panic = "`ordered` is asked for before the first poll"]
fn a_stream_that_has_begun_cannot_be_put_in_order() {
    let (tap, items) = source::<()>();
    tap.push();
    let mut outputs = items.concurrent(2).map(|probe| probe);
    assert!(Stepper::new(outputs.next()).step().is_pending());
    drop(outputs.ordered());
}

// rule: concurrent-safe
#[test]
fn waiting_for_the_next_output_may_be_given_up() {
    let (tap, items) = source();
    let control = tap.push();
    let mut outputs = items.concurrent(1).map(|probe| probe);
    assert!(Stepper::new(outputs.next()).step().is_pending());
    control.complete(7);
    // Given up when it was there already.
    drop(outputs.next());
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(7)));
}
