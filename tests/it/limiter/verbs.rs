//! Verbs and streams that take a place for each child.

use super::{line_up, served};
use crate::verbs::caught;
use futures::{FutureExt as _, StreamExt as _, stream};
use ringfence_core::{
    Limiter, StreamExt as _, as_completed, gather, race, race_ok, settle, sleep, try_gather,
};
use ringfence_test::{Controller, Probe, Stepper};
use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    pin::Pin,
    task::Poll,
    time::Duration,
};

type Boxed = Pin<Box<dyn Future<Output = ()>>>;
type Child = Probe<Result<u8, u8>>;
type Row = (&'static str, fn(Vec<Child>, &Limiter) -> Boxed);

fn drop_it<T>(_: T) {}

/// Every verb that takes members, over a list and over a tuple of three, and the streams.
const VERBS: [Row; 9] = [
    ("gather", |children, limiter| {
        let all = gather(children).limit(limiter);
        Box::pin(all.map(drop_it))
    }),
    ("gather of an iterator", |children, limiter| {
        let all = gather(children.into_iter()).limit(limiter).timeout(Duration::from_secs(1));
        Box::pin(all.map(drop_it))
    }),
    ("gather of a tuple", |children, limiter| {
        let [a, b, c] = <[_; 3]>::try_from(children).ok().unwrap();
        let all = gather((a, b, c)).limit(limiter);
        Box::pin(all.map(drop_it))
    }),
    ("try_gather of a tuple", |children, limiter| {
        let [a, b, c] = <[_; 3]>::try_from(children).ok().unwrap();
        let all = try_gather((a, b, c, async { Ok::<_, u8>(1) })).limit(limiter);
        Box::pin(all.map(drop_it))
    }),
    ("try_gather", |children, limiter| {
        let all = try_gather(children).limit(limiter);
        Box::pin(all.map(drop_it))
    }),
    ("settle", |children, limiter| {
        let all = settle(children).limit(limiter);
        Box::pin(all.map(drop_it))
    }),
    ("as_completed", |children, limiter| {
        Box::pin(as_completed(children).limit(limiter).for_each(async |_| {}))
    }),
    ("concurrent, for_each", |children, limiter| {
        let all = stream::iter(children).concurrent(limiter);
        Box::pin(all.for_each(|child| child.map(drop_it)))
    }),
    ("concurrent, map, for_each", |children, limiter| {
        let all = stream::iter(children).concurrent(limiter).map(|child| child);
        Box::pin(all.ordered().for_each(async |_| {}))
    }),
];

/// Three children that are pending, and their controllers.
fn three() -> (Vec<Child>, Vec<Controller<Result<u8, u8>>>) {
    let children: Vec<_> = (0..3).map(|_| Probe::pending()).collect();
    let controls = children.iter().map(Probe::controller).collect();
    (children, controls)
}

// rule: limiter-verbs
#[test]
fn a_child_begins_when_it_has_a_place_and_gives_it_back_when_it_has_ended() {
    for (name, verb) in VERBS {
        let limiter = Limiter::new(3);
        let others = limiter.try_acquire(2).unwrap();
        let (children, controls) = three();
        let polls = || [0, 1, 2].map(|n| controls[n].polls());
        let mut running = Stepper::new(verb(children, &limiter));
        assert!(running.run_until_stalled().is_pending());
        assert_eq!((polls(), limiter.available()), ([1, 0, 0], 0), "{name}");
        drop(others);
        assert!(running.is_woken(), "{name}: there is a place");
        assert!(running.run_until_stalled().is_pending());
        assert_eq!(polls(), [1, 1, 1], "{name}");

        controls.iter().for_each(|control| assert!(control.complete(Ok(1))));
        assert!(running.run_until_stalled().is_ready(), "{name}");
        assert_eq!(limiter.available(), 3, "{name}");
        controls.iter().for_each(Controller::assert_sound);
    }
}

// rule: limiter-verbs
#[test]
fn one_child_after_the_other_goes_on_with_one_place() {
    for (name, verb) in VERBS {
        let limiter = Limiter::new(1);
        let (children, controls) = three();
        let mut running = Stepper::new(verb(children, &limiter));
        for n in 0..3 {
            assert!(running.run_until_stalled().is_pending());
            let begun: Vec<_> = controls.iter().map(|control| control.polls() > 0).collect();
            assert_eq!(begun, [true, n >= 1, n >= 2], "{name}");
            assert!(controls[n].complete(Ok(1)));
        }
        assert!(running.run_until_stalled().is_ready(), "{name}");
        assert_eq!(limiter.available(), 1, "{name}");
    }
}

// rule: limiter-verbs
#[test]
fn a_place_that_a_child_gives_back_is_for_who_is_first_in_line() {
    for (name, verb) in VERBS {
        let limiter = Limiter::new(1);
        let (children, controls) = three();
        let mut running = Stepper::new(verb(children, &limiter));
        assert!(running.run_until_stalled().is_pending());
        // The second child is in line already, unless nobody was there to line it up.
        let mut other = line_up(&limiter, 1);
        assert!(controls[0].complete(Ok(1)));
        assert!(running.run_until_stalled().is_pending());
        if controls[1].polls() > 0 {
            assert!(!other.is_woken(), "{name}");
            assert!(controls[1].complete(Ok(1)));
            assert!(running.run_until_stalled().is_pending());
        }
        assert_eq!(controls[2].polls(), 0, "{name}: the other was first");
        drop(served(&mut other));
        assert!(running.is_woken(), "{name}");
    }
}

// rule: limiter-dropped
#[test]
fn a_verb_that_is_dropped_or_decided_gives_back_its_places_and_leaves_the_line() {
    for (name, verb) in VERBS {
        let limiter = Limiter::new(2);
        let (children, controls) = three();
        let mut running = Stepper::new(verb(children, &limiter));
        assert!(running.run_until_stalled().is_pending());
        assert_eq!(limiter.available(), 0);
        drop(running);
        assert_eq!(limiter.available(), 2, "{name}");
        assert!(limiter.try_acquire(2).is_some(), "{name}: nobody is in line");
        assert!(controls.iter().all(Controller::is_dropped));
    }
    let limiter = Limiter::new(2);
    let (children, controls) = three();
    let mut first = Stepper::new(race(children).limit(&limiter));
    assert!(first.run_until_stalled().is_pending());
    controls[1].complete(Err(3));
    assert_eq!(first.step(), Poll::Ready(Err(3)));
    assert!(limiter.try_acquire(2).is_some(), "before the future is dropped");

    let (children, controls) = three();
    let [a, b, c] = <[_; 3]>::try_from(children).ok().unwrap();
    let mut first = Stepper::new(race_ok((a, b, c)).limit(&limiter));
    assert!(first.run_until_stalled().is_pending());
    controls[0].complete(Err(3));
    controls[1].complete(Ok(4));
    assert_eq!(first.step(), Poll::Ready(Ok(4)));
    assert!(limiter.try_acquire(2).is_some());
}

// rule: limiter-dropped
#[test]
fn a_child_that_panics_gives_its_place_back() {
    let limiter = Limiter::new(1);
    let children = (0..4).map(|n| async move { assert_ne!(n % 2, 0, "child {n}") });
    let outcomes = Stepper::new(settle(children).limit(&limiter)).run_until_stalled();
    let Poll::Ready(outcomes) = outcomes else { panic!("all have ended") };
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_panicked()).count(), 2);
    assert_eq!(limiter.available(), 1);
    let one = gather([async { panic!("child") }]).limit(&limiter);
    assert!(caught(|| Stepper::new(one).step()).is_err());
    assert_eq!(limiter.available(), 1);
}

// rule: limiter-verbs
#[test]
fn a_number_and_a_limiter_both_count() {
    for (own, shared) in [(2, 3), (3, 2)] {
        let (limiter, running, most) = (Limiter::new(shared), Cell::new(0), Cell::new(0));
        let child = async || {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            sleep(Duration::from_millis(1)).await;
            running.set(running.get() - 1);
        };
        ringfence_test::run(0, gather((0..9).map(|_| child())).limit(own).limit(&limiter));
        assert_eq!(most.take(), 2);
        let five = (child(), child(), child(), child(), child());
        ringfence_test::run(0, gather(five).limit(&limiter).limit(own));
        assert_eq!(most.take(), 2);
    }
}

// rule: limiter-verbs
#[test]
fn an_iterator_is_not_advanced_before_there_is_a_place() {
    let limiter = Limiter::new(1);
    let place = limiter.try_acquire(1).unwrap();
    let asked = Cell::new(0);
    let endless = (0..).map(|n| {
        asked.set(asked.get() + 1);
        async move { if n < 5 { Err(n) } else { Ok(n) } }
    });
    let mut first = Stepper::new(race_ok(endless).limit(&limiter));
    assert!(first.run_until_stalled().is_pending());
    assert_eq!(asked.get(), 0);
    drop(place);
    assert_eq!(first.run_until_stalled(), Poll::Ready(Ok(5)));
    assert_eq!(asked.get(), 6);
    // Of none there is nothing to wait for but the place that tells so.
    let none = gather(std::iter::empty::<std::future::Ready<()>>()).limit(&limiter);
    assert_eq!(Stepper::new(none).step(), Poll::Ready(vec![]));
    assert_eq!(limiter.available(), 1);
}

// rule: limiter-source
#[test]
fn a_stream_whose_source_has_nothing_keeps_no_place_for_it() {
    let limiter = Limiter::new(1);
    let idle = stream::pending::<()>().concurrent(&limiter).for_each(async |()| {});
    let mut idle = Stepper::new(idle);
    assert!(idle.run_until_stalled().is_pending());
    let mut busy = Stepper::new(gather([async { 1 }]).limit(&limiter));
    assert_eq!(busy.step(), Poll::Ready([1]));
    assert!(idle.run_until_stalled().is_pending());
}

// rule: limiter-verbs
#[test]
fn a_list_whose_members_have_all_begun_waits_for_no_place() {
    let taken = || {
        let limiter = Limiter::new(1);
        let place = limiter.try_acquire(1).unwrap();
        (limiter, place)
    };
    // A place that another one waits for, too.
    let (limiter, place) = taken();
    let child = Probe::pending();
    let control = child.controller();
    let mut all = Stepper::new(gather(vec![child]).limit(&limiter));
    assert!(all.step().is_pending());
    let mut other = line_up(&limiter, 1);
    drop(place);
    assert!(all.run_until_stalled().is_pending());
    control.complete(7);
    assert_eq!(all.run_until_stalled(), Poll::Ready(vec![7]));
    drop(served(&mut other));
    assert_eq!(limiter.available(), 1);

    // The second verb has the place, and needs what comes after the first.
    let (limiter, place) = taken();
    let child = Probe::<u8>::pending();
    let control = child.controller();
    let first = gather([ready(1)]).limit(&limiter).map(|_| control.complete(2));
    let second = gather([child]).limit(&limiter);
    let mut both = Stepper::new(gather((first, second)));
    assert!(both.run_until_stalled().is_pending());
    drop(place);
    assert_eq!(both.run_until_stalled(), Poll::Ready((true, [2])));

    // Nobody.
    let (limiter, _place) = taken();
    let none = || gather(Vec::<Ready<u8>>::new()).limit(&limiter);
    assert!(Stepper::new(none()).step().is_ready());
    assert!(Stepper::new(gather(<[Ready<u8>; 0]>::default()).limit(&limiter)).step().is_ready());

    // The last one has ended, and the stream is still there.
    let limiter = Limiter::new(1);
    let mut all = as_completed(vec![ready(1)]).limit(&limiter);
    assert_eq!(Stepper::new(all.next()).step(), Poll::Ready(Some((0, 1))));
    assert_eq!(limiter.available(), 1);
}
