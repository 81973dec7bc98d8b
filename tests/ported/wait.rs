//! Area WA: wait, with what is done and what is pending.

use crate::scene::{Log, after, elapsed, ms, run};
use ringfence_core::{JoinSet, Outcome, Waited, race, until, wait};
use ringfence_test::{Probe, Stepper};
use std::{
    future::{Ready, pending},
    task::Poll,
};

fn outputs<K, T>(done: Vec<(K, Outcome<T>)>) -> Vec<Option<T>> {
    done.into_iter().map(|(_, outcome)| outcome.ok()).collect()
}

// case: WA-04
#[test]
fn the_first_failure_of_children_that_do_not_fail_is_the_end_of_all() {
    run(async {
        let children = [after(10, Ok::<_, ()>(1)), after(20, Ok(2))];
        let Waited { done, pending } = wait(children, until::FirstFailure).await;
        assert_eq!(
            (outputs(done), pending.len(), elapsed()),
            (vec![Some(Ok(1)), Some(Ok(2))], 0, 20)
        );
    });
}

// case: WA-06
// rule: wait-all-completed
#[test]
fn a_failure_does_not_end_the_wait_for_all_and_is_read_from_its_outcome() {
    run(async {
        let child = |fails: bool, millis| async move {
            after(millis, ()).await;
            assert!(!fails, "boom");
        };
        let waited = wait([child(false, 100), child(true, 150)], until::AllCompleted).await;
        let [(_, first), (_, second)] = waited.done.try_into().expect("both are done");
        assert!(first.is_completed());
        assert_eq!(second.panic().and_then(|panic| panic.message()), Some("boom"));
        assert_eq!(elapsed(), 150);
    });
}

// case: WA-08
// rule: wait-timeout
#[test]
fn a_child_that_ends_at_the_very_end_of_the_time_is_done() {
    run(async {
        let children = [after(10, "a"), after(20, "b")];
        let waited = wait(children, until::AllCompleted).timeout(ms(10)).await;
        assert_eq!((outputs(waited.done), waited.pending.len()), (vec![Some("a")], 1));
    });
}

// case: WA-09
// rule: wait-all-done
#[test]
fn all_that_ended_between_the_wake_and_the_return_are_done() {
    let probes = [Probe::pending(), Probe::pending(), Probe::pending()];
    let controls = probes.each_ref().map(Probe::controller);
    let mut waiting = Stepper::new(wait(probes, until::FirstCompleted));
    assert!(waiting.step().is_pending());
    controls[2].complete(2);
    controls[1].complete(1);
    let Poll::Ready(Waited { done, pending }) = waiting.step() else { panic!("two are ready") };
    assert_eq!((outputs(done), pending.len()), (vec![Some(1), Some(2)], 1));
}

// case: WA-10
#[test]
fn without_time_a_child_has_one_turn() {
    run(async {
        let children = [Probe::ready(1), Probe::pending()];
        let polled = children.each_ref().map(Probe::controller);
        let waited = wait(children, until::AllCompleted).timeout(ms(0)).await;
        assert_eq!((outputs(waited.done), waited.pending.len()), (vec![Some(1)], 1));
        assert_eq!(polled.map(|control| control.polls()), [1, 1]);
    });
}

// case: WA-11
// asyncio refuses an empty set; its wait would never be woken. Ours returns at once, as D16 says.
#[test]
fn waiting_for_none_is_over_at_once() {
    let mut waiting = Stepper::new(wait(Vec::<Ready<()>>::new(), until::FirstCompleted));
    let Poll::Ready(Waited { done, pending }) = waiting.step() else { panic!("hangs") };
    assert!(done.is_empty() && pending.is_empty());
}

// case: WA-13
#[test]
fn an_iterator_is_consumed_once() {
    run(async {
        let mut made = 0;
        let children = (1..=3).map(|n| {
            made += 1;
            after(n, n)
        });
        let waited = wait(children, until::AllCompleted).await;
        assert_eq!((outputs(waited.done), made), (vec![Some(1), Some(2), Some(3)], 3));
    });
}

// case: WA-14
// rule: wait-pending
#[test]
fn a_wait_that_is_given_up_cancels_no_child_of_a_set_that_is_kept() {
    run(async {
        let mut set: JoinSet<_> = [after(10, 1), after(20, 2)].into_iter().collect();
        let given_up = race((
            async {
                set.wait(until::AllCompleted).await;
            },
            after(15, ()),
        ));
        given_up.await;
        assert_eq!((set.len(), elapsed()), (2, 15));
        assert_eq!(outputs(set.wait(until::AllCompleted).await), [Some(1), Some(2)]);
        assert_eq!(elapsed(), 20, "they went on where they were");
    });
}

// case: WA-14
// asyncio leaves the members of a wait running when it is cancelled. Without a set that somebody
// keeps nobody could ever await ours, so they go with it.
// rule: wait-free-drop
#[test]
fn a_wait_that_owns_its_children_takes_them_along() {
    let log = Log::default();
    let child = |name| {
        let local = log.local(name);
        async move {
            let _local = local;
            pending::<()>().await;
        }
    };
    let mut waiting = Stepper::new(wait([child("a"), child("b")], until::AllCompleted));
    assert!(waiting.step().is_pending());
    drop(waiting);
    assert_eq!(log.take(), ["drop a", "drop b"]);
}

// case: WA-15
#[test]
fn a_condition_may_count_and_the_rest_is_still_there() {
    for (enough, done) in [(1, 2), (2, 4)] {
        run(async {
            let mut failures = 0;
            let child = |n: u64| after(n, if n % 2 == 0 { Err(n) } else { Ok(n) });
            let waited = wait((1..=6).map(child), |outcome: &Outcome<Result<u64, u64>>| {
                failures += usize::from(outcome.is_failure());
                failures == enough
            })
            .await;
            assert_eq!((waited.done.len(), waited.pending.len()), (done, 6 - done));
        });
    }
}
