//! Limits of verbs whose children run on a runtime.

use super::Beside;
use futures::StreamExt as _;
use ringfence_core::{
    Limiter, Outcome, Reason, as_completed, gather, hedge, quorum, race_ok, settle,
};
use ringfence_test::{Probe, Stepper};
use std::{cell::Cell, future::Future, pin::Pin, task::Poll, time::Duration};

type All = Pin<Box<dyn Future<Output = Vec<u32>>>>;
type Limited = fn(Vec<Probe<u32>>, &Limiter, &Beside) -> All;

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

// rule: limiter-verbs
#[test]
fn places_of_a_limiter_are_taken_and_given_back_by_the_parent() {
    let verbs: [Limited; 4] = [
        |children, limiter, _| Box::pin(gather(children).limit(limiter)),
        |children, limiter, rt| Box::pin(gather(children).limit(limiter).on(rt)),
        |children, limiter, rt| Box::pin(gather(children).limit(limiter).on(rt).sharded(2)),
        |children, limiter, rt| {
            let [a, b, c, d] = <[_; 4]>::try_from(children).ok().unwrap();
            let all = gather((a, b, c, d)).limit(limiter).on(rt);
            Box::pin(async { <[u32; 4]>::from(all.await).to_vec() })
        },
    ];
    for verb in verbs {
        let (rt, limiter) = (Beside::default(), Limiter::new(2));
        let probes: Vec<_> = (0..4).map(|_| Probe::<u32>::pending()).collect();
        let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
        let begun = || controls.iter().filter(|control| control.polls() > 0).count();
        let others = [(); 2].map(|()| limiter.try_acquire(1));
        let mut all = Stepper::new(verb(probes, &limiter, &rt));
        let mut step = || {
            assert!(all.steps() == 0 || all.is_woken());
            let step = all.step();
            rt.settle();
            step
        };
        assert!(step().is_pending());
        assert_eq!(begun(), 0);
        let [first, second] = others;
        drop(first);
        assert!(step().is_pending());
        assert_eq!(begun(), 1);
        // Its place is the next one's; and for the one after that there is another soon.
        controls[0].complete(0);
        rt.settle();
        assert!(step().is_pending());
        assert_eq!(begun(), 2);
        drop(second);
        assert!(step().is_pending());
        assert_eq!((begun(), limiter.available()), (3, 0));
        for (n, control) in (1..).zip(&controls[1..3]) {
            control.complete(n);
        }
        rt.settle();
        assert!(step().is_pending());
        assert_eq!((begun(), limiter.available()), (4, 1));
        controls[3].complete(3);
        rt.settle();
        assert_eq!(step(), Poll::Ready(vec![0, 1, 2, 3]));
        assert_eq!(limiter.available(), 2);
    }
}

// rule: on-same
// rule: sharded-same
#[test]
fn a_quorum_and_a_hedge_are_the_same_on_a_runtime() {
    ringfence_test::run(1, async {
        let rt = ringfence_test::TestRuntime::current();
        let replicas = || (0..6).map(async |n: u32| if n % 2 == 0 { Ok(n) } else { Err(n) });
        assert_eq!(quorum(replicas(), 2).on(&rt).limit(1).await, Ok(vec![(0, 0), (2, 2)]));
        let read = quorum(replicas(), 4).on(&rt).sharded(1).await;
        assert_eq!(read, Err([None, Some(1), None, Some(3), None, Some(5)].to_vec()));
        let attempts = || (0..9).map(async |n: u32| if n < 3 { Err(n) } else { Ok(n) });
        assert_eq!(hedge(attempts(), Duration::from_secs(1)).on(&rt).await, Ok(3));
        assert_eq!(hedge(attempts(), Duration::from_secs(1)).on(&rt).sharded(1).await, Ok(3));
    });
}
