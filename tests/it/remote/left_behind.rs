//! Remote children that drop remote children of their own, which are inside a poll.

use super::{Busy, ByHand, Last, Output, Parent, Threads, busy};
use ringfence_core::{Outcome, Reason, Remote, gather, race, remote, settle};
use ringfence_test::{Probe, poll_once};
use std::{
    future::{pending, poll_fn, ready},
    pin::Pin,
    sync::mpsc::channel,
    task::{Poll, Waker},
};

/// How often a parent is asked that must still wait. Once would do; more show that it stays so.
const ASKED: usize = 3;

type Child = Pin<Box<dyn Future<Output = Output> + Send>>;

/// A child that leaves behind another one, which is inside a poll, before it does the rest.
fn leaving(last: Last, rest: impl Future<Output = Output> + Send + 'static) -> (Child, Busy) {
    let (mut inner, busy) = busy(last);
    let child = async move {
        assert!(poll_once(Pin::new(&mut inner), Waker::noop()).is_pending());
        drop(inner);
        rest.await
    };
    (Box::pin(child), busy)
}

/// As `leaving`, on a runtime.
fn leaves_behind(
    rt: &ByHand,
    last: Last,
    rest: impl Future<Output = Output> + Send + 'static,
) -> (Remote<Output>, Busy) {
    let (child, busy) = leaving(last, rest);
    (remote(rt, child), busy)
}

/// Has a parent of a child that has ended wait for whom the child has left behind.
fn waits<F: Future>(parent: &mut Parent<F>, busy: &Busy) {
    for _ in 0..ASKED {
        assert!(parent.poll().is_pending(), "it resolves before a child of its child has gone");
        assert!(!busy.is_dropped());
    }
    busy.let_out();
}

// rule: remote-left-behind
#[test]
fn a_child_has_ended_once_those_have_gone_whom_it_has_dropped() {
    let rt = ByHand::default();
    let (child, busy) = leaves_behind(&rt, Last::Pends, ready(Ok(1)));
    let mut parent = Parent::new(child);
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_ready());
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), Ok(1));
    assert!(busy.is_dropped());
}

/// Returns in its second poll.
async fn later() -> Output {
    let mut is_first = true;
    poll_fn(move |cx| match std::mem::take(&mut is_first) {
        true => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        false => Poll::Ready(Ok(1)),
    })
    .await
}

// rule: remote-left-behind
#[test]
fn it_does_not_matter_in_which_poll_they_were_dropped() {
    let rt = ByHand::default();
    let (child, busy) = leaves_behind(&rt, Last::Returns, later());
    let mut parent = Parent::new(child);
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_pending() && rt.poll(0).is_ready());
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), Ok(1));
}

// rule: remote-left-behind
#[test]
fn a_panic_of_whom_it_has_left_behind_is_the_childs() {
    for last in [Last::Panics, Last::PanicsWhenDropped] {
        let rt = ByHand::default();
        let (child, busy) = leaves_behind(&rt, last, ready(Ok(1)));
        let mut parent = Parent::new(child.outcome());
        assert!(parent.poll().is_pending());
        assert!(rt.poll(0).is_ready());
        waits(&mut parent, &busy);
        assert!(matches!(parent.end(), Outcome::Panicked(_)), "{last:?}");
    }
}

// rule: remote-left-behind
#[test]
fn a_child_that_its_runtime_loses_has_ended_once_those_have_gone() {
    let rt = ByHand::default();
    let (child, busy) = leaves_behind(&rt, Last::Pends, pending());
    let mut parent = Parent::new(child.outcome());
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_pending());
    rt.lose(0);
    waits(&mut parent, &busy);
    let Outcome::Cancelled(lost) = parent.end() else { panic!("it was lost") };
    assert_eq!(lost.reason(), &Reason::RuntimeGone);
}

// rule: remote-left-behind
#[test]
fn an_idle_child_that_loses_a_race_leaves_them_to_the_race() {
    let rt = ByHand::default();
    let (child, busy) = leaves_behind(&rt, Last::Pends, pending());
    let mut polls = 0;
    let wins = poll_fn(move |_| {
        polls += 1;
        if polls > 1 { Poll::Ready(Ok(2)) } else { Poll::Pending }
    });
    let mut parent = Parent::new(race((child, wins)));
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_pending());
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), Ok(2));
    assert!(busy.is_dropped());
}

// rule: remote-left-behind
#[test]
fn a_child_that_loses_a_race_inside_its_poll_goes_after_those_that_are_dropped_with_it() {
    let (mut inner, busy) = busy(Last::Pends);
    let (enter, entered) = channel();
    let (out, may_go) = channel();
    let child = remote(
        &Threads,
        poll_fn(move |cx| {
            assert!(Pin::new(&mut inner).poll(cx).is_pending());
            enter.send(()).expect("it is polled once only");
            may_go.recv().unwrap();
            Poll::<Output>::Pending
        }),
    );
    let wins = async move {
        entered.recv().unwrap();
        Ok(1)
    };
    let mut parent = Parent::new(race((child, wins)));
    assert!(parent.poll().is_pending());
    out.send(()).unwrap();
    // The child has gone, and has left behind the one that was dropped with it.
    parent.wait_for_wake();
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), Ok(1));
    assert!(busy.is_dropped());
}

// rule: remote-left-behind
#[test]
fn an_outcome_that_is_late_is_dropped_with_its_parent_and_nobody_waits() {
    let rt = ByHand::default();
    let (child, busy) = leaves_behind(&rt, Last::Pends, ready(Ok(1)));
    let mut parent = Parent::new(child);
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_ready());
    assert!(parent.poll().is_pending());
    drop(parent);
    assert!(!busy.is_dropped());
    busy.let_out();
}

// rule: remote-left-behind
// rule: sharded-same
#[test]
fn a_child_of_a_shard_has_ended_once_those_have_gone_whom_it_has_dropped() {
    let rt = ByHand::default();
    let (child, busy) = leaving(Last::Pends, ready(Ok(1)));
    let mut parent = Parent::new(gather([child]).on(&rt).sharded(1));
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_ready());
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), [Ok(1)]);
    assert!(busy.is_dropped());
}

// rule: remote-left-behind
// rule: sharded-same
#[test]
fn a_panic_of_whom_a_child_of_a_shard_has_left_behind_is_that_childs() {
    for last in [Last::Panics, Last::PanicsWhenDropped] {
        let rt = ByHand::default();
        // The neighbour is polled between the one's polls, and ends last.
        let ((child, busy), neighbour) = (leaving(last, later()), Probe::pending());
        let control = neighbour.controller();
        let children = [child, Box::pin(neighbour)];
        let mut parent = Parent::new(settle(children).on(&rt).sharded(1));
        assert!(parent.poll().is_pending());
        while rt.poll(0).is_pending() && rt.is_woken(0) {}
        waits(&mut parent, &busy);
        parent.wait_for_wake();
        assert!(parent.poll().is_pending(), "the neighbour is there");
        control.complete(Ok(2));
        assert!(rt.poll(0).is_ready());
        let [one, other] = parent.end();
        assert!(matches!(one, Outcome::Panicked(_)), "{last:?}");
        assert_eq!(other.ok(), Some(Ok(2)));
    }
}

// rule: remote-left-behind
// rule: sharded-lost
#[test]
fn a_child_of_a_shard_that_is_lost_has_ended_once_those_have_gone() {
    let rt = ByHand::default();
    let (child, busy) = leaving(Last::Pends, pending());
    let mut parent = Parent::new(settle([child]).on(&rt).sharded(1));
    assert!(parent.poll().is_pending());
    assert!(rt.poll(0).is_pending());
    rt.lose(0);
    waits(&mut parent, &busy);
    let [Outcome::Cancelled(lost)] = parent.end() else { panic!("it was lost") };
    assert_eq!(lost.reason(), &Reason::RuntimeGone);
}

// rule: remote-left-behind
// rule: sharded-drained
#[test]
fn a_child_of_a_shard_that_loses_a_race_leaves_them_to_the_race() {
    let rt = ByHand::default();
    let ((child, busy), wins) = (leaving(Last::Pends, pending()), Probe::pending());
    let control = wins.controller();
    let children: [Child; 2] = [child, Box::pin(wins)];
    let mut parent = Parent::new(race(children).on(&rt).sharded(1));
    assert!(parent.poll().is_pending());
    while rt.poll(0).is_pending() && rt.is_woken(0) {}
    control.complete(Ok(2));
    assert!(rt.poll(0).is_pending(), "the other is there");
    waits(&mut parent, &busy);
    assert_eq!(parent.end(), Ok(2));
    assert!(busy.is_dropped());
}
