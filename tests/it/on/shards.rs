//! What is particular to shards.

use super::Beside;
use futures::StreamExt as _;
use ringfence_core::{as_completed, gather, race, race_ok, settle, try_gather};
use ringfence_test::{CountingWaker, Probe, Stepper, Tally, poll_once};
use std::{
    collections::BTreeMap,
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, mpsc::channel},
    task::Poll,
    thread,
};

// rule: sharded-tasks
#[test]
fn there_are_no_more_tasks_than_shards_and_no_more_than_children() {
    for (children, shards, tasks) in [(0, 4, 0), (1, 4, 1), (3, 4, 3), (100, 4, 4), (9, 1, 1)] {
        let rt = Beside::default();
        let all = gather((0..children).map(async |n| n)).on(&rt).sharded(shards);
        let mut all = Stepper::new(rt.clone().run(all));
        assert_eq!(all.run_until_stalled(), Poll::Ready(Vec::from_iter(0..children)));
        assert_eq!(rt.spawned(), tasks);
    }
}

// rule: sharded-stays
#[test]
fn a_child_that_has_begun_stays_with_its_task() {
    let rt = Beside::default();
    let polled_by = Arc::new(Mutex::new(BTreeMap::<_, Vec<_>>::new()));
    let child = |n: usize| {
        let polled_by = Arc::clone(&polled_by);
        let mut polls = 0;
        poll_fn(move |cx| {
            // The token of a shard tells shards apart.
            let token = ringfence_core::cancel::current().unwrap();
            let mut polled_by = polled_by.lock().unwrap();
            polled_by.entry(n).or_default().push(token);
            polls += 1;
            cx.waker().wake_by_ref();
            if polls < 4 { Poll::Pending } else { Poll::Ready(()) }
        })
    };
    let all = gather((0..20).map(child)).on(&rt).sharded(3);
    assert!(Stepper::new(rt.clone().run(all)).run_until_stalled().is_ready());
    let polled_by = polled_by.lock().unwrap();
    for tokens in polled_by.values() {
        tokens[0].cancel("told apart");
        assert!(tokens.len() == 4 && tokens.iter().all(|token| token.is_cancelled()));
        // Shared by its shard only.
    }
    assert_eq!(polled_by.len(), 20);
}

// rule: sharded-share
#[test]
fn all_shards_have_children_when_all_children_wait() {
    let rt = Beside::default();
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let child = |_: usize| {
        let tokens = Arc::clone(&tokens);
        async move {
            tokens.lock().unwrap().push(ringfence_core::cancel::current().unwrap());
            pending::<()>().await;
        }
    };
    let mut all = Stepper::new(gather((0..64).map(child)).on(&rt).sharded(4));
    assert!(all.step().is_pending());
    rt.settle();
    let tokens = tokens.lock().unwrap();
    // All have begun, whatever their number.
    assert_eq!(tokens.len(), 64);
    let mut shards = 0;
    for token in &*tokens {
        shards += usize::from(token.cancel("counted"));
    }
    assert_eq!(shards, 4);
}

// rule: sharded-share
#[test]
fn a_child_does_not_wait_for_a_shard_that_is_inside_a_poll_while_another_is_idle() {
    let rt = Beside::default();
    let (enter, entered) = channel();
    let (out, may_go) = channel();
    // It stays inside its second poll until it is let out.
    let long = Probe::pending().on_poll(move |poll| {
        if poll == 2 {
            enter.send(()).unwrap();
            may_go.recv().unwrap();
        }
    });
    let children =
        Vec::from_iter([long].into_iter().chain((1..5).map(|_| Probe::<u32>::pending())));
    let controls = Vec::from_iter(children.iter().map(Probe::controller));
    let mut all = Stepper::new(gather(children).limit(3).on(&rt).sharded(2));
    assert!(all.step().is_pending());
    rt.settle();
    // A place becomes free, by a child of the other shard.
    assert!(controls[1].complete(1));
    rt.settle();
    controls[0].wake();
    thread::scope(|threads| {
        threads.spawn(|| rt.turn());
        entered.recv().unwrap();
        // The next child comes.
        assert!(all.step().is_pending());
        rt.settle();
        let polls = controls[3].polls();
        out.send(()).unwrap();
        assert_eq!(polls, 1, "it has not begun, and a shard has nothing to do");
    });
}

// rule: sharded-prompt
#[test]
fn an_end_that_decides_is_told_before_a_sibling_is_polled() {
    let rt = Beside::default();
    let children: Vec<_> = (0..10).map(Probe::<usize>::ready).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut first = Stepper::new(race(children).on(&rt).sharded(1));
    assert!(first.step().is_pending());
    // The parent is woken inside of the poll of the shard.
    rt.turn();
    assert!(first.is_woken());
    assert_eq!(first.step(), Poll::Ready(0));
    assert!(controls.iter().all(|control| control.is_dropped()));
}

// rule: fair-turn
#[test]
fn a_shard_lets_other_tasks_have_their_turn() {
    let rt = Beside::default();
    let polled = Arc::new(Mutex::new(0));
    let child = |_| {
        let polled = Arc::clone(&polled);
        async move { *polled.lock().unwrap() += 1 }
    };
    let mut all = Stepper::new(gather((0..10_000).map(child)).on(&rt).sharded(1));
    assert!(all.step().is_pending());
    let mut turns = 0;
    let mut before = 0;
    while rt.turn() {
        turns += 1;
        let now = *polled.lock().unwrap();
        assert!(now - before <= 4 * 32, "{} children in one poll", now - before);
        before = now;
    }
    assert!(turns >= 10_000 / (4 * 32));
    assert_eq!(all.step().map(|all| all.len()), Poll::Ready(10_000));
}

// rule: as-completed-progress
#[test]
fn children_on_shards_go_on_while_the_consumer_does_something_else() {
    let rt = Beside::default();
    let probes: Vec<_> = (0..4).map(|n| Probe::yields(3, n)).collect();
    let controls: Vec<_> = probes.iter().map(Probe::controller).collect();
    let mut each = as_completed(probes).on(&rt).sharded(2);
    let mut first = Stepper::new(async { each.next().await });
    assert!(first.step().is_pending());
    rt.settle();
    assert!(controls.iter().all(|control| control.has_ended()));
    assert!(first.step().is_ready());
}

// rule: promise-nothing-lost
#[test]
fn outputs_that_nobody_takes_are_dropped_once() {
    let rt = Beside::default();
    let tally = Tally::new();
    let children: Vec<_> = (0..100)
        .map(|n| {
            let output = tally.count(n);
            async move { output }
        })
        .collect();
    let mut all = Stepper::new(settle(children).on(&rt).sharded(2));
    assert!(all.step().is_pending());
    rt.turn();
    assert!(tally.alive() > 0);
    drop(all);
    tally.assert_all_dropped_once();
}

// rule: sharded-prompt
#[test]
fn an_end_that_decides_wakes_the_parent_before_the_child_behind_it_is_polled() {
    /// What a child ends with, and what is made of it and the one behind it.
    fn is_prompt<V: Future>(
        end: Ended,
        verb: impl FnOnce(Vec<Probe<Ended>>, &Beside) -> V,
    ) -> bool {
        let (rt, parent) = (Beside::default(), Arc::new(CountingWaker::new()));
        let prompt = Arc::new(Mutex::new(None));
        let (seen, counter) = (prompt.clone(), parent.clone());
        let behind = Probe::pending().on_poll(move |_| {
            seen.lock().unwrap().get_or_insert(counter.wakes() > 0);
        });
        // A shard takes half of those who have not begun.
        let children = vec![Probe::ready(end), behind, Probe::pending(), Probe::pending()];
        let mut verb = pin!(verb(children, &rt));
        assert!(poll_once(verb.as_mut(), &parent.waker()).is_pending());
        assert_eq!(parent.take_wakes(), 0);
        rt.turn();
        let prompt = prompt.lock().unwrap().take();
        prompt.expect("it is polled as well")
    }
    type Ended = Result<u32, u32>;
    assert!(is_prompt(Ok(1), |children, rt| race(children).on(rt).sharded(1)));
    assert!(is_prompt(Ok(1), |children, rt| race_ok(children).on(rt).sharded(1)));
    assert!(is_prompt(Err(1), |children, rt| try_gather(children).on(rt).sharded(1)));
    // These are told when all that were woken have been polled.
    assert!(!is_prompt(Err(1), |children, rt| race_ok(children).on(rt).sharded(1)));
    assert!(!is_prompt(Ok(1), |children, rt| try_gather(children).on(rt).sharded(1)));
    assert!(!is_prompt(Ok(1), |children, rt| gather(children).on(rt).sharded(1)));
}
