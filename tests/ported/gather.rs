//! Area GA: gather, join all, map.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{Outcome, gather, settle, timeout, try_gather};
use ringfence_test::{Probe, Stepper, Tally};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

// case: GA-01
// rule: gather-order
#[test]
fn outputs_are_in_the_order_given_whatever_ends_first() {
    run(async {
        let outputs = gather((after(20, 2), after(10, 1), after(30, 3))).await;
        assert_eq!((outputs, elapsed()), ((2, 1, 3), 30));
        assert_eq!(gather(vec![after(20, 2), after(10, 1), after(30, 3)]).await, [2, 1, 3]);
        assert_eq!(gather([after(20, 2), after(10, 1), after(30, 3)]).await, [2, 1, 3]);
    });
}

// case: GA-01
// rule: gather-all
#[test]
fn gather_is_not_done_before_the_last() {
    let probes = [Probe::pending(), Probe::pending(), Probe::pending()];
    let controls = probes.each_ref().map(Probe::controller);
    let mut all = Stepper::new(gather(probes));
    for (place, value) in [(1, 1), (0, 2)] {
        assert!(all.step().is_pending());
        controls[place].complete(value);
    }
    assert!(all.step().is_pending());
    controls[2].complete(3);
    assert_eq!(all.step(), Poll::Ready([2, 1, 3]));
}

// case: GA-02
#[test]
fn settle_of_successes_has_the_outputs_of_gather() {
    run(async {
        let outcomes = settle([after(20, 2), after(10, 1), after(30, 3)]).await;
        assert_eq!(outcomes.map(Outcome::ok), [Some(2), Some(1), Some(3)]);
    });
}

// case: GA-06
// rule: settle-all
#[test]
fn settle_has_each_end_at_its_place_also_that_of_a_cancelled_child() {
    run(async {
        let children = [1, 2, 3, 4].map(|n| async move {
            match n {
                1 => after(10, Ok(1)).await,
                2 => after(5, Err("E")).await,
                3 => pending().await,
                _ => panic!("boom"),
            }
        });
        let [one, error, cancelled, panicked] = settle(children).timeout(ms(20)).await;
        assert_eq!(one.ok(), Some(Ok(1)));
        assert_eq!(error.ok(), Some(Err("E")));
        assert!(cancelled.is_cancelled());
        assert_eq!(panicked.panic().and_then(|panic| panic.message()), Some("boom"));
    });
}

// case: GA-07
#[test]
fn gather_that_is_cancelled_cancels_all_unfinished_children_at_once() {
    let log = Log::default();
    run(async {
        let child = |name, millis| {
            let local = log.local(name);
            async move {
                let _local = local;
                after(millis, ()).await;
            }
        };
        let all = gather((child("a", 10), child("b", 100), child("c", 100)));
        assert!(timeout(ms(20), all).await.is_err());
        assert_eq!(log.take(), ["drop a", "drop b", "drop c"]);
        assert_eq!(elapsed(), 20);
    });
}

// case: GA-08
#[test]
fn settle_that_is_cancelled_from_outside_is_no_list_of_cancelled_children() {
    run(async {
        // Who cancels it hears of the time that is up; outcomes that were there are dropped.
        let tally = Tally::new();
        let children = [Probe::ready(tally.count(1)), Probe::pending()];
        assert!(timeout(ms(10), settle(children)).await.is_err());
        tally.assert_all_dropped_once();
    });
}

// case: GA-14
// rule: gather-shape
#[test]
fn each_of_a_tuple_keeps_its_type() {
    run(async {
        let (number, text, unit) = gather((after(3, 1_u8), after(2, "two"), after(1, ()))).await;
        assert_eq!((number, text), (1, "two"));
        let () = unit;
        let tried = try_gather((after(2, Ok::<_, ()>(1_u8)), after(1, Ok("two")))).await;
        assert_eq!(tried, Ok((1, "two")));
    });
}

// case: GA-15
#[test]
fn a_map_over_an_iterator_is_in_the_order_of_its_input() {
    run(async {
        let doubled = gather([1, 2, 3].into_iter().map(|n| after(40 - 10 * n, 2 * n))).await;
        assert_eq!(doubled, [2, 4, 6]);
        let failing = [1, 2, 3].map(|n| after(n, if n == 2 { Err("boom") } else { Ok(n) }));
        // AnyIO wraps it in a group; one operation named by the caller returns the bare error.
        assert_eq!(try_gather(failing).await, Err("boom"));
    });
}

// case: GA-18
#[test]
fn results_may_be_collected_with_or_without_those_that_failed() {
    run(async {
        let results =
            gather((1..=5_u64).map(|n| after(10 - n, if n % 2 == 0 { Err(n) } else { Ok(n) })))
                .await;
        let values: Vec<_> = results.iter().flatten().collect();
        assert_eq!(values, [&1, &3, &5]);
        assert_eq!(results, [Ok(1), Err(2), Ok(3), Err(4), Ok(5)]);
    });
}

// case: GA-23
// rule: try-gather-ok
#[test]
fn all_successes_come_in_the_order_given_and_of_none_there_are_none() {
    run(async {
        let both = try_gather(vec![after(20, Ok::<_, ()>("foo")), after(10, Ok("bar"))]).await;
        assert_eq!(both, Ok(vec!["foo", "bar"]));
        let none = try_gather(Vec::<std::future::Ready<Result<(), ()>>>::new()).await;
        assert_eq!(none, Ok(vec![]));
    });
}

// case: GA-24
#[test]
fn the_error_may_be_mapped_to_a_type_of_the_callers() {
    run(async {
        let failed =
            try_gather((after(2, Ok::<u8, &str>(1)), after(1, Err::<u8, _>("boom")))).await;
        assert_eq!(failed.map_err(str::len), Err(4));
    });
}

// case: GA-19
#[test]
fn an_input_that_turns_out_bad_after_good_ones_drops_these_unpolled() {
    let children = [(); 3].map(|()| Probe::<()>::pending());
    let controls = children.each_ref().map(Probe::controller);
    let inputs = children.into_iter().enumerate().map(|(place, child)| {
        assert!(place < 2, "no future");
        child
    });
    let mut all = Stepper::new(gather(inputs));
    assert!(catch_unwind(AssertUnwindSafe(|| all.step())).is_err());
    drop(all);
    for control in controls {
        assert_eq!((control.polls(), control.drops()), (0, 1));
    }
}
