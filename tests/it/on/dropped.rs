//! Verbs that are dropped while their children are idle.

use super::Beside;
use crate::verbs::caught;
use futures::StreamExt as _;
use ringfence_core::{
    CancelToken, Outcome, as_completed, cancel, gather, race, settle, until, wait,
};
use ringfence_test::{Probe, Stepper, Tally};
use std::{future::pending, time::Duration};

type Child = Probe<u32>;

/// Makes children that pend for ever.
fn probes(len: usize) -> (Vec<Child>, Vec<ringfence_test::Controller<u32>>) {
    let children: Vec<_> = (0..len).map(|_| Child::pending()).collect();
    let controls = children.iter().map(Child::controller).collect();
    (children, controls)
}

/// Drops what `make` makes of four children, once all of them are idle.
fn dropped<F: Future>(make: impl FnOnce(Vec<Child>, &Beside) -> F) {
    let rt = Beside::default();
    let (children, controls) = probes(4);
    let mut verb = Stepper::new(make(children, &rt));
    assert!(verb.step().is_pending());
    rt.settle();
    assert!(controls.iter().all(|control| control.polls() == 1));
    drop(verb);
    // At once and in place, though their tasks are still there.
    assert!(controls.iter().all(|control| control.is_dropped()));
    rt.settle();
    controls.iter().for_each(|control| control.assert_sound());
}

// rule: promise-drop
#[test]
fn a_verb_that_is_dropped_has_dropped_its_idle_children() {
    dropped(|c, rt| gather(c).on(rt));
    dropped(|c, rt| gather(c).on(rt).sharded(3));
    dropped(|c, rt| settle(c).on(rt));
    dropped(|c, rt| race(c.into_iter()).on(rt).sharded(1));
    dropped(|c, rt| wait(c, until::AllCompleted).on(rt));
    dropped(|c, rt| {
        let mut each = as_completed(c).on(rt).sharded(2);
        async move { each.next().await }
    });
    dropped(|c, rt| gather(c).timeout(Duration::from_secs(1)).on(rt).sharded(2));
}

// rule: promise-drop
#[test]
fn members_that_no_shard_has_taken_are_dropped_too() {
    let rt = Beside::default();
    let (children, controls) = probes(100);
    let mut verb = Stepper::new(gather(children).on(&rt).sharded(2));
    assert!(verb.step().is_pending());
    rt.turn();
    drop(verb);
    assert!(controls.iter().any(|control| control.polls() == 0));
    controls.iter().for_each(|control| control.assert_sound());
    assert!(controls.iter().all(|control| control.is_dropped()));
}

// rule: promise-drop
#[test]
fn a_verb_that_was_never_polled_drops_its_members_and_spawns_nothing() {
    let rt = Beside::default();
    let (children, controls) = probes(3);
    drop(gather(children).on(&rt));
    let (more, others) = probes(3);
    drop(gather(more).on(&rt).sharded(2));
    assert!(controls.iter().chain(&others).all(|control| control.is_dropped()));
    assert_eq!(rt.spawned(), 0);
}

// rule: panic-drop-of-verb
#[test]
fn destructors_that_panic_keep_no_sibling_from_being_dropped() {
    for shards in [None, Some(1), Some(2)] {
        let rt = Beside::default();
        let tally = Tally::new();
        let children = (0..6).map(|n| {
            let bomb = if n % 2 == 0 { tally.bomb(n) } else { tally.count(n) };
            async move {
                let _bomb = bomb;
                pending::<()>().await;
            }
        });
        let children: Vec<_> = children.collect();
        let thrown = match shards {
            None => {
                let mut verb = Stepper::new(gather(children).on(&rt));
                assert!(verb.step().is_pending());
                rt.settle();
                caught(|| drop(verb))
            }
            Some(shards) => {
                let mut verb = Stepper::new(gather(children).on(&rt).sharded(shards));
                assert!(verb.step().is_pending());
                rt.settle();
                caught(|| drop(verb))
            }
        };
        assert!(thrown.unwrap_err().starts_with("counted value"));
        tally.assert_all_dropped_once();
    }
}

// rule: panic-drop-of-rest
#[test]
fn a_destructor_of_a_loser_that_panics_is_resumed_once_the_others_are_dropped() {
    let rt = Beside::default();
    let tally = Tally::new();
    let winner = Child::pending();
    let control = winner.controller();
    let mut children = vec![winner];
    children.extend((0..3).map(|_| {
        let bomb = tally.bomb(());
        Child::pending().on_drop(move || drop(bomb))
    }));
    let mut verb = Stepper::new(race(children).on(&rt).sharded(2));
    assert!(verb.step().is_pending());
    rt.settle();
    control.complete(1);
    rt.settle();
    assert!(caught(|| verb.step()).unwrap_err().starts_with("counted value"));
    tally.assert_all_dropped_once();
}

// rule: on-token
// rule: sharded-token
#[test]
fn the_token_in_force_is_one_below_the_parents_and_is_cancelled_with_the_verb() {
    for shards in [None, Some(1)] {
        let rt = Beside::default();
        let (send, tokens) = std::sync::mpsc::channel::<CancelToken>();
        let children = [(); 2].map(|()| {
            let send = send.clone();
            async move {
                send.send(cancel::current().unwrap()).unwrap();
                pending::<()>().await;
            }
        });
        let verb: std::pin::Pin<Box<dyn Future<Output = [(); 2]>>> = match shards {
            None => Box::pin(gather(children).on(&rt)),
            Some(shards) => Box::pin(gather(children).on(&rt).sharded(shards)),
        };
        let mut verb = Stepper::new(verb);
        assert!(verb.step().is_pending());
        rt.settle();
        let [first, second] = [tokens.recv().unwrap(), tokens.recv().unwrap()];
        assert!(!first.is_cancelled() && !second.is_cancelled());
        // Those of a shard share it.
        assert!(first.cancel("by hand"));
        assert_eq!(second.is_cancelled(), shards.is_some());
        drop(verb);
        assert!(first.is_cancelled() && second.is_cancelled());
    }
}

// rule: on-timeout
// rule: settle-deadline
#[test]
fn what_has_ended_when_the_time_is_up_still_counts() {
    ringfence_test::run(1, async {
        let rt = ringfence_test::TestRuntime::current();
        let minute = Duration::from_secs(60);
        let pauses = || [1, 90, 2].map(|secs| ringfence_core::sleep(Duration::from_secs(secs)));
        for ends in [
            settle(pauses()).timeout(minute).on(&rt).await,
            settle(pauses()).on(&rt).timeout(minute).sharded(2).await,
        ] {
            assert_eq!(ends.each_ref().map(Outcome::is_completed), [true, false, true]);
        }
        let stuck = gather(pauses()).timeout(minute).named("pauses").on(&rt).sharded(2);
        let elapsed = stuck.await.unwrap_err();
        assert_eq!(elapsed.to_string(), "`pauses` timed out after 60s; unfinished: child 1");
        let stuck = gather(pauses()).named("pauses").on(&rt).timeout(minute).await;
        assert_eq!(stuck.unwrap_err().unfinished().len(), 1);
    });
}
