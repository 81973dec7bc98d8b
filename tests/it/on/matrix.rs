//! Every verb with its children on a runtime, with every sequence of ends of up to three of them,
//! against the same model as without one.

use super::Beside;
use crate::{
    matrix::{Pace, play_up_to_three},
    verbs::{Child, Each, Name, Running, done, outcomes, outputs, raced, tried, verb},
};
use futures::StreamExt;
use ringfence_core::{as_completed, gather, race, race_ok, settle, try_gather, until, wait};
use std::future::Future;

/// Runs what `make` makes of a runtime beside the tasks of that.
fn beside<F: Future<Output = crate::verbs::Report> + 'static>(
    make: impl FnOnce(Beside) -> F,
) -> Running {
    let rt = Beside::default();
    Box::pin(rt.clone().run(make(rt)))
}

/// A verb over a `Vec`, and over an iterator with a limit that is never reached.
macro_rules! lists {
    ($name:ident, $verb:path, $finish:expr $(, $builder:ident($shards:literal))?) => {
        [
            verb(Name::$name, "Vec", |c: Vec<Child>| {
                beside(|rt| async move {
                    let verb = $verb(c).on(&rt)$(.$builder($shards))?;
                    $finish(verb).await
                })
            }),
            verb(Name::$name, "iterator", |c: Vec<Child>| {
                beside(|rt| async move {
                    let verb = $verb(c.into_iter()).on(&rt)$(.$builder($shards))?;
                    $finish(verb.limit(100)).await
                })
            }),
        ]
    };
}

/// A verb over an array or a tuple of up to three.
macro_rules! fixed {
    ($name:ident, $container:ident, |$c:ident, $rt:ident| $run:expr) => {
        verb(Name::$name, stringify!($container), |c: Vec<Child>| {
            let rt = Beside::default();
            let $rt = rt.clone();
            let len = c.len();
            let mut c = c.into_iter();
            let mut next = || c.next().unwrap();
            match len {
                1 => Box::pin(rt.run(fixed!(@ $container, $c, $run; next()))),
                2 => Box::pin(rt.run(fixed!(@ $container, $c, $run; next() next()))),
                _ => Box::pin(rt.run(fixed!(@ $container, $c, $run; next() next() next()))),
            }
        })
    };
    (@ array, $c:ident, $run:expr; $($each:expr)*) => {{
        let $c = [$($each),*];
        async move { $run }
    }};
    (@ tuple, $c:ident, $run:expr; $($each:expr)*) => {{
        let $c = ($($each,)*);
        async move { $run }
    }};
}

/// All verbs over lists, with their children in tasks, or on shards.
macro_rules! verbs_over_lists {
    ($($builder:ident($shards:literal))?) => {
        [
            lists!(Gather, gather, async |verb| outputs(verb.await) $(, $builder($shards))?),
            lists!(TryGather, try_gather, async |verb| tried(verb.await) $(, $builder($shards))?),
            lists!(Settle, settle, async |verb| outcomes(verb.await) $(, $builder($shards))?),
            lists!(Race, race, async |verb| outputs([verb.await]) $(, $builder($shards))?),
            lists!(RaceOk, race_ok, async |verb| raced(verb.await) $(, $builder($shards))?),
            lists!(
                AsCompleted,
                as_completed,
                async |verb| {
                    outputs(StreamExt::map(verb, |(_, output)| output).collect::<Vec<_>>().await)
                }
                $(, $builder($shards))?
            ),
        ]
    };
}

/// Of those that end in one step, all have ended before their parent hears of one.
fn one_by_one(pace: Pace) -> bool {
    pace == Pace::OneInEachStep
}

// rule: on-same
#[test]
fn children_in_tasks_end_their_verbs_as_children_beside_their_parent_do() {
    for verb in verbs_over_lists!().as_flattened() {
        play_up_to_three(verb, one_by_one);
    }
}

// rule: on-same
#[test]
fn tuples_and_arrays_of_tasks_do_too() {
    let verbs = [
        fixed!(Gather, array, |c, rt| outputs(gather(c).on(&rt).await)),
        fixed!(Gather, tuple, |c, rt| outputs(gather(c).on(&rt).await.each())),
        fixed!(TryGather, tuple, |c, rt| tried(try_gather(c).on(&rt).await.map(Each::each))),
        fixed!(Settle, tuple, |c, rt| outcomes(settle(c).on(&rt).await.each())),
        fixed!(Race, tuple, |c, rt| outputs([race(c).on(&rt).await])),
        fixed!(RaceOk, tuple, |c, rt| raced(race_ok(c).on(&rt).await)),
    ];
    for verb in &verbs {
        play_up_to_three(verb, one_by_one);
    }
}

// rule: on-same
#[test]
fn the_free_wait_does_too() {
    macro_rules! waits {
        ($name:ident, $condition:ident) => {
            verb(Name::$name, "Vec", |c| {
                beside(|rt| async move { done(wait(c, until::$condition).on(&rt).await) })
            })
        };
    }
    let verbs = [
        waits!(WaitAll, AllCompleted),
        waits!(WaitFirst, FirstCompleted),
        waits!(WaitFailure, FirstFailure),
    ];
    for verb in &verbs {
        play_up_to_three(verb, one_by_one);
    }
}

// rule: sharded-same
#[test]
fn children_on_one_shard_do_too() {
    for verb in verbs_over_lists!(sharded(1)).as_flattened() {
        play_up_to_three(verb, one_by_one);
    }
    let array = fixed!(Gather, array, |c, rt| outputs(gather(c).on(&rt).sharded(1).await));
    play_up_to_three(&array, one_by_one);
}

// rule: sharded-same
#[test]
fn children_on_several_shards_do_too() {
    for verb in verbs_over_lists!(sharded(2)).as_flattened() {
        play_up_to_three(verb, one_by_one);
    }
}
