//! How it ends: by a failure, a panic, a drop, and what is dropped then.

use super::source;
use crate::verbs::caught;
use futures::{StreamExt as _, stream};
use ringfence_core::StreamExt as _;
use ringfence_test::{Probe, Stepper, Tally, poll_once};
use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Poll, Waker},
};

// rule: concurrent-try
#[test]
fn the_first_error_drops_children_and_source_before_it_is_returned() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..3).map(|_| tap.push()).collect();
    let mut all = Stepper::new(items.concurrent(3).try_for_each(|probe| probe));
    assert!(all.run_until_stalled().is_pending());
    controls[0].complete(Ok(()));
    controls[2].complete(Err("third"));
    assert_eq!(all.run_until_stalled(), Poll::Ready(Err("third")));
    assert!(controls[1].is_dropped() && tap.is_dropped());
}

// rule: concurrent-try
#[test]
fn an_error_does_not_wait_for_its_turn_in_an_ordered_stream_and_ends_it() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..3).map(|_| tap.push()).collect();
    let tally = Tally::new();
    let mut outputs = items.concurrent(3).try_map(|probe| probe).ordered();
    assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
    controls[1].complete(Ok(tally.count(1)));
    assert!(Stepper::new(outputs.next()).run_until_stalled().is_pending());
    controls[2].complete(Err("third"));
    let Poll::Ready(Some(Err(error))) = Stepper::new(outputs.next()).step() else {
        panic!("it has failed")
    };
    assert_eq!(error, "third");
    assert!(controls[0].is_dropped() && tap.is_dropped());
    tally.assert_all_dropped_once();
    assert!(matches!(Stepper::new(outputs.next()).step(), Poll::Ready(None)));
}

// rule: concurrent-try
#[test]
fn the_consumers_error_ends_it_and_so_does_a_childs_while_the_consumer_works() {
    let (tap, items) = source::<Result<u8, &str>>();
    let (first, second) = (tap.push(), tap.push());
    let children = items.concurrent(2).try_map(|probe| probe);
    let mut all =
        Stepper::new(children.try_for_each(|n| ready(Err::<(), _>(["a", "b"][n as usize]))));
    assert!(all.run_until_stalled().is_pending());
    first.complete(Ok(1));
    assert_eq!(all.run_until_stalled(), Poll::Ready(Err("b")));
    assert!(second.is_dropped() && tap.is_dropped());

    let (tap, items) = source::<Result<u8, &str>>();
    let (first, second) = (tap.push(), tap.push());
    let consumer = Probe::<Result<(), &str>>::pending();
    let busy = consumer.controller();
    let mut consumer = Some(consumer);
    let children = items.concurrent(2).try_map(|probe| probe);
    let mut all = Stepper::new(children.try_for_each(|_| consumer.take().unwrap()));
    assert!(all.run_until_stalled().is_pending());
    first.complete(Ok(1));
    assert!(all.run_until_stalled().is_pending());
    assert_eq!(busy.polls(), 1);
    second.complete(Err("child"));
    assert_eq!(all.run_until_stalled(), Poll::Ready(Err("child")));
    assert!(busy.is_dropped() && tap.is_dropped());
}

// rule: concurrent-consumer
#[test]
fn outputs_may_be_consumed_by_who_may_fail_though_children_may_not() {
    let all = stream::iter(0..10).concurrent(4).map(async |n| n);
    let mut all = Stepper::new(all.try_for_each(async |n| if n < 7 { Ok(()) } else { Err(n) }));
    assert_eq!(all.run_until_stalled(), Poll::Ready(Err(7)));
}

// rule: concurrent-panic
#[test]
fn a_panic_of_child_consumer_or_source_drops_the_others_and_goes_on() {
    for culprit in ["child", "consumer", "source"] {
        let tally = Tally::new();
        let bystander = Probe::<u8>::pending();
        let control = bystander.controller();
        let mut bystander = Some(bystander);
        let items = stream::iter(0_u8..).map(|n| {
            assert!(n < 9 || culprit != "source", "source");
            n
        });
        let children = items.concurrent(3).map(|n| {
            let local = tally.count(n);
            let bystander = if n == 0 { bystander.take() } else { None };
            async move {
                let _local = local;
                if let Some(bystander) = bystander {
                    return bystander.await;
                }
                assert!(n < 9 || culprit != "child", "child");
                n
            }
        });
        let mut all = Stepper::new(children.for_each(async |n| {
            assert!(n < 9 || culprit != "consumer", "consumer");
        }));
        assert_eq!(caught(|| all.run_until_stalled()), Err(culprit.to_owned()));
        assert!(control.is_dropped());
        tally.assert_all_dropped_once();
        let again = caught(|| all.step()).unwrap_err();
        assert_eq!(again, "`for_each` was polled after it had ended");
    }
}

// rule: concurrent-panic
#[test]
fn a_panic_of_who_makes_children_goes_through() {
    let mut made = stream::iter(0..).concurrent(1).map(|n| {
        assert_ne!(n, 1, "no such child");
        ready(n)
    });
    assert_eq!(Stepper::new(made.next()).step(), Poll::Ready(Some(0)));
    let panic = caught(|| Stepper::new(made.next()).step()).unwrap_err();
    assert!(panic.contains("no such child"));
    assert_eq!(Stepper::new(made.next()).step(), Poll::Ready(None), "and it has ended");
}

// rule: concurrent-drop
#[test]
fn dropped_midway_it_drops_consumer_children_source_and_outputs_once() {
    let (tap, items) = source();
    let controls: Vec<_> = (0..4).map(|_| tap.push()).collect();
    let tally = Tally::new();
    let consumer = Probe::<()>::pending();
    let busy = consumer.controller();
    let mut consumer = Some(consumer);
    let children = items.concurrent(4).map(|probe| probe);
    let mut all = Stepper::new(children.for_each(|value| {
        drop(value);
        consumer.take().unwrap()
    }));
    assert!(all.run_until_stalled().is_pending());
    controls[0].complete(tally.count(0));
    assert!(all.run_until_stalled().is_pending());
    // Of those that nobody has consumed, two panic when they are dropped.
    controls[1].complete(tally.bomb(1));
    controls[2].complete(tally.bomb(2));
    assert!(all.run_until_stalled().is_pending());
    assert!(caught(|| drop(all)).is_err());
    assert!(busy.is_dropped() && controls[3].is_dropped() && tap.is_dropped());
    tally.assert_all_dropped_once();
}

// rule: end-poll-again
#[test]
fn polled_after_its_end_it_says_so() {
    let mut all = Stepper::new(stream::iter([1]).concurrent(1).for_each(async |_| {}));
    assert!(all.run_until_stalled().is_ready());
    assert_eq!(caught(|| all.step()).unwrap_err(), "`for_each` was polled after it had ended");
}

#[test]
fn it_is_send_if_what_it_is_made_of_is_and_may_be_spawned() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let words = ["a".to_owned(), "bc".to_owned()];
    let lens = stream::iter(&words).concurrent(2).map(async |word| word.len());
    let mut all = Stepper::new(is_send(async {
        let mut sum = 0;
        lens.for_each(|len| {
            sum += len;
            ready(())
        })
        .await;
        sum
    }));
    assert_eq!(all.run_until_stalled(), Poll::Ready(3));
}

/// Two children: one that panics when it is dropped, and one that fails.
fn fails_and_panics() -> impl FnMut(u8) -> Pin<Box<dyn Future<Output = Result<(), &'static str>>>> {
    |n| {
        if n == 0 {
            Box::pin(Probe::pending().on_drop(|| panic!("dropped")))
        } else {
            Box::pin(ready(Err("down")))
        }
    }
}

// rule: panic-drop-of-rest
// rule: end-poll-again
#[test]
fn a_stream_whose_failure_gives_way_to_a_panic_has_ended() {
    let both = || stream::iter(0..2).concurrent(2);
    let refuses = |mut all: Pin<Box<dyn Future<Output = Result<(), &'static str>>>>| {
        let mut poll = || caught(|| poll_once(all.as_mut(), Waker::noop()).map(|_| ()));
        assert_eq!(poll().unwrap_err(), "dropped");
        assert_eq!(poll().unwrap_err(), "`for_each` was polled after it had ended");
    };
    refuses(Box::pin(both().try_for_each(fails_and_panics())));
    refuses(Box::pin(both().try_map(fails_and_panics()).try_for_each(async |()| Ok(()))));
    let mut outputs = both().try_map(fails_and_panics());
    let mut next = || caught(|| Stepper::new(outputs.next()).step());
    assert_eq!(next().unwrap_err(), "dropped");
    assert_eq!(next(), Ok(Poll::Ready(None)));
}

// rule: concurrent-panic
// rule: panic-iterator
#[test]
fn a_consumer_that_is_not_even_made_ends_it() {
    let first = Probe::pending();
    let control = first.controller();
    let mut children = [first, Probe::ready(1), Probe::ready(2)].into_iter();
    let outputs = stream::iter(0..3).concurrent(3).map(move |_| children.next().unwrap());
    let mut outputs = outputs.ordered();
    // Those of the others wait for their turn.
    assert!(Stepper::new(outputs.next()).step().is_pending());
    control.complete(0);
    assert_eq!(Stepper::new(outputs.next()).step(), Poll::Ready(Some(0)));
    let make = |_| -> Ready<()> { panic!("consumer") };
    let mut all = Stepper::new(outputs.for_each(make));
    assert_eq!(caught(|| all.step()).unwrap_err(), "consumer");
    assert_eq!(caught(|| all.step()).unwrap_err(), "`for_each` was polled after it had ended");
}
