//! Area AC: outputs in the order of completion.

use crate::scene::{Log, after, elapsed, ms, run, run_deterministic};
use futures::StreamExt as _;
use ringfence_core::{JoinSet, as_completed, timeout};
use ringfence_test::TestRuntime;
use std::{
    future::{Ready, pending, ready},
    panic::AssertUnwindSafe,
};

// case: AC-02
// rule: as-completed-each
#[test]
fn each_output_comes_with_the_place_of_its_child() {
    run(async {
        let ended: Vec<_> =
            as_completed([after(30, 'a'), after(10, 'b'), after(20, 'c')]).collect().await;
        assert_eq!(ended, [(1, 'b'), (2, 'c'), (0, 'a')]);
    });
}

// case: AC-05
#[test]
fn a_loop_that_breaks_may_be_taken_up_again() {
    run(async {
        let mut ended = as_completed((1..=4).map(|n| after(n, n)));
        let mut outputs = Vec::new();
        while let Some((_, output)) = ended.next().await {
            outputs.push(output);
            if outputs.len() == 2 {
                break;
            }
        }
        assert_eq!(outputs, [1, 2]);
        while let Some((_, output)) = ended.next().await {
            outputs.push(output);
        }
        assert_eq!(outputs, [1, 2, 3, 4]);
    });
}

// case: AC-07
// asyncio leaves the others running; here, as with AnyIO, they are gone when the block is left.
// rule: cancel-order
#[test]
fn a_loop_that_is_left_after_the_first_takes_the_others_along() {
    let log = Log::default();
    run(async {
        let child = |name, millis| {
            let local = log.local(name);
            async move {
                after(millis, ()).await;
                drop(local);
            }
        };
        {
            let mut ended = as_completed([child("a", 10), child("b", 20), child("c", 30)]);
            assert_eq!(ended.next().await, Some((0, ())));
            assert_eq!(log.take(), ["drop a"]);
        }
        assert_eq!(log.take(), ["drop b", "drop c"]);
        assert_eq!(elapsed(), 10);
    });
}

// case: AC-08
// AnyIO ends the iteration with a group of errors. Here an `Err` is an output, for the caller's
// loop is the policy; a panic ends it, and takes the others along.
// rule: as-completed-panic
#[test]
fn an_error_is_an_output_and_a_panic_cancels_the_others() {
    run(async {
        let results = as_completed([after(2, Ok(1)), after(1, Err("boom"))]);
        assert_eq!(results.collect::<Vec<_>>().await, [(1, Err("boom")), (0, Ok(1))]);
    });
    let log = Log::default();
    run(async {
        let child = |panics: bool| {
            let local = log.local(if panics { "faulty" } else { "other" });
            async move {
                let _local = local;
                after(1, ()).await;
                assert!(!panics, "boom");
                pending::<()>().await;
            }
        };
        let mut ended = as_completed([child(false), child(true)]);
        let panicked = futures::FutureExt::catch_unwind(AssertUnwindSafe(ended.next())).await;
        assert!(panicked.is_err());
        assert_eq!(log.take(), ["drop faulty", "drop other"]);
    });
}

// case: AC-09
// AnyIO refuses no children; here, as in asyncio and Swift, the stream is over at once.
#[test]
fn a_stream_of_no_children_is_over_without_waiting() {
    let mut none = as_completed(Vec::<Ready<()>>::new());
    assert_eq!(futures::FutureExt::now_or_never(none.next()), Some(None));
}

// case: AC-12
// rule: set-next
#[test]
fn children_that_have_ended_and_children_that_will_are_all_taken() {
    run(async {
        let sum = async |set: &mut JoinSet<_>| {
            let mut sum = 0;
            while let Some((_, outcome)) = set.next().await {
                sum += outcome.ok().unwrap_or(0);
            }
            sum
        };
        let mut set: JoinSet<_> = (1..=5_u64).map(|n| after(n, n)).collect();
        assert_eq!(sum(&mut set).await, 15);
        assert!(set.is_empty());
        // A second round in the same set.
        set.extend((1..=5).map(|n| after(0, n)));
        assert_eq!(sum(&mut set).await, 15);
        assert!(set.is_empty());
        let ended = as_completed((1..=5).map(ready));
        assert_eq!(ended.fold(0, async |sum, (_, n)| sum + n).await, 15);
    });
}

// case: PF-04
// rule: set-next-again
#[test]
fn a_set_may_be_used_again_after_its_last_child() {
    run(async {
        let mut set = JoinSet::new();
        for round in 1..=3 {
            (0..10).for_each(|n| {
                set.insert(after(n, ()));
            });
            let mut ended = 0;
            while set.next().await.is_some() {
                ended += 1;
            }
            assert_eq!((ended, set.len()), (10, 0), "round {round}");
        }
    });
}

// rule: as-completed-order
// rule: members-kinds
#[test]
fn every_child_of_a_tuple_comes_also_if_all_are_ready_at_once() {
    run(async {
        let all = as_completed((ready(0), ready(1))).collect::<Vec<_>>().await;
        assert_eq!(all, [(0, 0), (1, 1)]);
        let all = as_completed((ready(0), ready(1), ready(2), ready(3))).collect::<Vec<_>>().await;
        assert_eq!(all, [(0, 0), (1, 1), (2, 2), (3, 3)]);
        let one = || ready(1);
        let twelve =
            (one(), one(), one(), one(), one(), one(), one(), one(), one(), one(), one(), one());
        assert_eq!(as_completed(twelve).collect::<Vec<_>>().await.len(), 12);
    });
}

// case: AC-04
#[test]
fn a_timeout_that_was_not_needed_leaves_no_alarm() {
    run_deterministic(async {
        let all =
            async { as_completed([after(20, 'a'), after(10, 'b')]).collect::<Vec<_>>().await };
        assert_eq!(timeout(ms(10_000), all).await, Ok(vec![(1, 'b'), (0, 'a')]));
        assert_eq!(TestRuntime::current().clock().alarms(), 0);
        assert_eq!(elapsed(), 20);
    });
}

// case: AC-06
// asyncio's iterator gives out several waits at once. Here the next wait begins when the one before
// is over or given up, and it is always the first to be awaited that gets the first.
#[test]
fn whoever_awaits_the_next_output_gets_the_first_although_others_had_asked_before() {
    run(async {
        let mut ended = as_completed([after(30, 'a'), after(10, 'b'), after(20, 'c')]);
        drop(ended.next());
        assert!(timeout(ms(5), ended.next()).await.is_err());
        let mut order = Vec::new();
        while let Some((_, output)) = ended.next().await {
            order.push((output, elapsed()));
        }
        assert_eq!(order, [('b', 10), ('c', 20), ('a', 30)]);
    });
}
