//! Verbs over children on the runtime and in place.

use super::Host;
use crate::{Counted, Probe, Tally};
use ringfence_core::{
    Outcome, block_on, gather, hedge, quorum, race, race_ok, remote, settle, try_gather,
};
use std::{
    future::{Future, pending},
    time::Duration,
};

/// Runs what `make` makes outside of the runtime, and inside.
fn on_both_sides<F: Future>(host: &impl Host, make: impl Fn() -> F) -> [F::Output; 2] {
    [block_on(make()), host.run(make())]
}

/// A child that holds a counted value for as long as it lives, which is for ever.
async fn endless<T>(held: Counted<()>) -> T {
    // Some are idle when they are dropped, others are about to be polled.
    if held.index() % 2 == 0 {
        return pending().await;
    }
    loop {
        Probe::yields(3, ()).await;
    }
}

pub(super) fn outputs_come_in_the_order_given(host: impl Host) {
    let spawner = host.spawner();
    let child = |n: usize| remote(&spawner, Probe::yields((n * 7) % 5, n));
    for outputs in on_both_sides(&host, || gather((0..100).map(child))) {
        assert_eq!(outputs, Vec::from_iter(0..100));
    }
    for outputs in on_both_sides(&host, || gather((0..100).map(child)).limit(3)) {
        assert_eq!(outputs, Vec::from_iter(0..100));
    }
    let here = || Probe::yields(2, "here");
    for outputs in on_both_sides(&host, || gather((child(4), here(), child(0)))) {
        assert_eq!(outputs, (4, "here", 0));
    }
}

pub(super) fn the_first_error_cancels_the_others_and_waits_for_them(host: impl Host) {
    let (spawner, tally) = (host.spawner(), Tally::new());
    let fails = |n: usize| {
        remote(&spawner, async move {
            Probe::yields(n, ()).await;
            Err::<(), _>(n)
        })
    };
    let others = || remote(&spawner, endless::<Result<(), usize>>(tally.count(())));
    let failing =
        || try_gather((others(), fails(3), others(), endless::<Result<(), _>>(tally.count(()))));
    for failed in on_both_sides(&host, async || {
        let failed = failing().await;
        // By now, and not somewhat later.
        tally.assert_all_dropped_once();
        failed
    }) {
        assert_eq!(failed.expect_err("a child fails"), 3);
    }
    let succeeding = || try_gather([1, 2].map(|n| remote(&spawner, async move { Ok::<_, ()>(n) })));
    assert_eq!(on_both_sides(&host, succeeding), [Ok([1, 2]), Ok([1, 2])]);
}

pub(super) fn the_losers_of_a_race_have_been_dropped_when_it_resolves(host: impl Host) {
    let (spawner, tally) = (host.spawner(), Tally::new());
    for round in 0..20 {
        let others = || remote(&spawner, endless(tally.count(())));
        let winners = on_both_sides(&host, async || {
            let wins = remote(&spawner, Probe::yields(round % 5, round));
            let winner = race((others(), wins, others(), endless(tally.count(())))).await;
            tally.assert_all_dropped_once();
            winner
        });
        assert_eq!(winners, [round; 2]);
        let first_success = race_ok((
            remote(&spawner, async { Err(1) }),
            remote(&spawner, endless(tally.count(()))),
            remote(&spawner, Probe::yields(round % 3, Ok(2))),
        ));
        assert_eq!(block_on(first_success), Ok(2));
        tally.assert_all_dropped_once();
    }
}

pub(super) fn every_child_has_an_outcome(host: impl Host) {
    let spawner = host.spawner();
    for (far, near, panics) in on_both_sides(&host, || {
        settle((
            remote(&spawner, Probe::yields(2, "far")),
            async { "near" },
            remote(&spawner, Probe::ready(()).panics_on_poll(1)),
        ))
    }) {
        assert_eq!((far.ok(), near.ok()), (Some("far"), Some("near")));
        assert!(matches!(panics, Outcome::Panicked(_)), "not a panic: {panics:?}");
    }
}

pub(super) fn a_verb_runs_its_children_on_it_as_tasks_or_in_shards(host: impl Host) {
    let spawner = host.spawner();
    let child = |n: usize| Probe::yields((n * 7) % 5, n);
    for outputs in on_both_sides(&host, || gather((0..100).map(child)).on(&spawner)) {
        assert_eq!(outputs, Vec::from_iter(0..100));
    }
    for outputs in on_both_sides(&host, || gather((0..100).map(child)).on(&spawner).limit(3)) {
        assert_eq!(outputs, Vec::from_iter(0..100));
    }
    for outputs in on_both_sides(&host, || gather((0..1_000).map(child)).on(&spawner).sharded(2)) {
        assert_eq!(outputs, Vec::from_iter(0..1_000));
    }
}

pub(super) fn the_first_error_cancels_the_children_of_a_verb_on_it(host: impl Host) {
    let (spawner, tally) = (host.spawner(), Tally::new());
    let child = |n: usize| {
        let held = tally.count(());
        async move {
            if n == 7 {
                Probe::yields(3, ()).await;
                return Err(n);
            }
            endless::<Result<(), usize>>(held).await
        }
    };
    for shards in [None, Some(2)] {
        for failed in on_both_sides(&host, async || {
            let children = try_gather((0..20).map(child)).on(&spawner);
            let failed = match shards {
                None => children.await,
                Some(shards) => children.sharded(shards).await,
            };
            tally.assert_all_dropped_once();
            failed
        }) {
            assert_eq!(failed.expect_err("a child fails"), 7);
        }
    }
}

pub(super) fn a_quorum_and_a_hedge_leave_nobody_behind(host: impl Host) {
    let (spawner, tally) = (host.spawner(), Tally::new());
    let votes = |n: usize| {
        let held = tally.count(());
        let vote = async move {
            if n % 2 == 0 { Ok(n) } else { endless::<Result<usize, ()>>(held).await }
        };
        remote(&spawner, vote)
    };
    for elected in on_both_sides(&host, async || {
        let elected = quorum((0..6).map(votes), 3).await;
        tally.assert_all_dropped_once();
        elected.expect("three succeed")
    }) {
        let mut places: Vec<_> = elected.into_iter().map(|(place, _)| place).collect();
        places.sort_unstable();
        assert_eq!(places, [0, 2, 4]);
    }
    let attempts = || {
        let attempt = |n: usize| {
            let held = tally.count(());
            // The first fails, which begins the second at once.
            remote(&spawner, async move {
                drop(held);
                if n == 0 { Err("down") } else { Ok(n) }
            })
        };
        hedge((0..9).map(attempt), Duration::from_secs(600))
    };
    assert_eq!(on_both_sides(&host, attempts).map(Result::ok), [Some(1); 2]);
    tally.assert_all_dropped_once();
}
