//! Limits of verbs whose children run on a runtime.

use super::Beside;
use futures::StreamExt as _;
use ringfence_core::{Outcome, Reason, as_completed, gather, race_ok, settle};
use ringfence_test::{Probe, Stepper};
use std::{cell::Cell, task::Poll, time::Duration};

// rule: on-limit
// rule: limit-not-created
#[test]
fn the_next_task_is_not_made_before_there_is_a_place_for_it() {
    let (rt, made) = (Beside::default(), Cell::new(0));
    let probes: Vec<_> = (0..4).map(|_| Probe::<u32>::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let children = probes.into_iter().inspect(|_| made.set(made.get() + 1));
    let mut all = Stepper::new(gather(children).on(&rt).limit(2));
    assert_eq!(made.get(), 0);
    assert!(all.step().is_pending());
    rt.settle();
    assert_eq!((made.get(), rt.spawned()), (2, 2));
    controls[1].complete(1);
    rt.settle();
    // The parent has not heard of it yet.
    assert_eq!(made.get(), 2);
    assert!(all.step().is_pending());
    assert_eq!((made.get(), rt.spawned()), (3, 3));
}

// rule: sharded-limit
#[test]
fn nor_is_the_next_child_of_a_shard() {
    let (rt, made) = (Beside::default(), Cell::new(0));
    let probes: Vec<_> = (0..4).map(|_| Probe::<u32>::pending()).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let children = probes.into_iter().inspect(|_| made.set(made.get() + 1));
    let mut all = Stepper::new(gather(children).limit(2).on(&rt).sharded(4));
    assert!(all.step().is_pending());
    rt.settle();
    // A task more than there are children would have nothing to do.
    assert_eq!((made.get(), rt.spawned()), (2, 2));
    controls[1].complete(1);
    rt.settle();
    assert_eq!((made.get(), controls[2].polls()), (2, 0));
    assert!(all.step().is_pending());
    rt.settle();
    assert_eq!((made.get(), rt.spawned(), controls[2].polls()), (3, 2, 1));
    controls[0].complete(0);
    controls[2].complete(2);
    rt.settle();
    assert!(all.step().is_pending());
    assert_eq!(made.get(), 4);
    rt.settle();
    controls[3].complete(3);
    rt.settle();
    assert_eq!(all.step(), Poll::Ready(vec![0, 1, 2, 3]));
}

// rule: on-limit
// rule: sharded-limit
#[test]
fn of_an_endless_source_as_much_is_made_as_it_takes() {
    ringfence_test::run(1, async {
        let rt = ringfence_test::TestRuntime::current();
        let attempts = || (0..).map(async |n: u32| if n < 300 { Err(()) } else { Ok(n) });
        assert_eq!(race_ok(attempts()).limit(1).on(&rt).await, Ok(300));
        assert_eq!(race_ok(attempts()).limit(1).on(&rt).sharded(1).await, Ok(300));
        assert!(race_ok(attempts()).limit(5).on(&rt).sharded(3).await.unwrap() >= 300);
        let squares = as_completed((0..).map(async |n: u64| n * n)).limit(3).on(&rt).sharded(2);
        let first: Vec<_> = squares.take(1_000).collect().await;
        assert!(first.iter().all(|(place, square)| place * place == *square as usize));
    });
}

// rule: settle-deadline
#[test]
fn members_that_have_not_begun_because_of_a_limit_are_cancelled_by_the_deadline() {
    ringfence_test::run(1, async {
        let rt = ringfence_test::TestRuntime::current();
        let children = [(); 5].map(|()| Probe::<u32>::pending());
        let controls = children.each_ref().map(Probe::controller);
        let ends = settle(children).limit(2).on(&rt).sharded(2).timeout(Duration::from_secs(1));
        for end in ends.await {
            let is_cut = |end: &Outcome<u32>| matches!(end, Outcome::Cancelled(why) if *why.reason() == Reason::Deadline);
            assert!(is_cut(&end));
        }
        assert_eq!(controls.map(|control| control.polls()), [1, 1, 0, 0, 0]);
    });
}
