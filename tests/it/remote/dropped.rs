//! Remote children that are dropped: promise 4.

use super::{ByHand, Output, Threads};
use crate::verbs::caught;
use ringfence_core::{Remote, gather, race, remote, scope};
use ringfence_test::{HookedWaker, Probe, Stepper, Tally, poll_once};
use std::{
    future::{Future, pending, poll_fn, ready},
    pin::Pin,
    sync::{Arc, Barrier, Mutex, mpsc},
    task::{Poll, Waker},
    thread,
};

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_once(Pin::new(future), Waker::noop())
}

// rule: remote-lazy
#[test]
fn what_is_never_polled_needs_no_runtime() {
    let rt = ByHand::default();
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let child = remote(&rt, probe);
    assert_eq!(rt.spawned(), 0);
    drop(child);
    assert_eq!((rt.spawned(), control.polls(), control.drops()), (0, 0, 1));
}

// rule: remote-lazy
#[test]
fn the_first_poll_spawns_one_task() {
    let rt = ByHand::default();
    let mut child = remote(&rt, Probe::<()>::pending());
    for _ in 0..3 {
        assert!(poll(&mut child).is_pending());
        assert_eq!(rt.spawned(), 1);
    }
}

// trap: T3
// rule: promise-drop
#[test]
fn a_child_between_two_polls_has_been_dropped_when_the_drop_returns_and_its_task_ends() {
    let rt = ByHand::default();
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let mut child = remote(&rt, probe);
    assert!(poll(&mut child).is_pending());
    assert!(rt.poll(0).is_pending());
    assert!(!rt.is_woken(0));
    drop(child);
    assert_eq!(control.drops(), 1);
    // Woken to be reaped.
    assert!(rt.is_woken(0));
    assert!(rt.poll(0).is_ready());
    assert_eq!(control.polls(), 1);
    control.assert_sound();
}

// rule: promise-drop
#[test]
fn a_child_whose_task_has_not_begun_is_dropped_in_place_and_never_polled() {
    let rt = ByHand::default();
    let probe = Probe::<()>::pending();
    let control = probe.controller();
    let mut child = remote(&rt, probe);
    assert!(poll(&mut child).is_pending());
    drop(child);
    assert_eq!((control.polls(), control.drops()), (0, 1));
    assert!(rt.poll(0).is_ready());
    assert_eq!(control.polls(), 0);
}

// rule: promise-drop
#[test]
fn a_value_that_nobody_has_taken_is_dropped_with_the_future_that_stands_for_it() {
    let rt = ByHand::default();
    let tally = Tally::new();
    let mut child = remote(&rt, Probe::ready(tally.count(())));
    assert!(poll(&mut child).is_pending());
    assert!(rt.poll(0).is_ready());
    assert_eq!(tally.alive(), 1);
    drop(child);
    tally.assert_all_dropped_once();
}

// rule: remote-drop-inside
#[test]
fn a_child_may_drop_what_stands_for_it_inside_its_own_poll_and_is_dropped_when_that_ends() {
    for strict in [false, true] {
        let rt = ByHand::default();
        let (own, tally) = (Arc::<Mutex<Option<Remote<()>>>>::default(), Tally::new());
        let (alive, mine, log) = (tally.count(()), own.clone(), tally.clone());
        let child = remote(&rt, async move {
            let _alive = alive;
            drop(mine.lock().unwrap().take());
            // It is still alive here.
            assert_eq!(log.alive(), 1);
            pending::<()>().await;
        });
        *own.lock().unwrap() = Some(if strict { child.strict() } else { child });
        assert!(poll(own.lock().unwrap().as_mut().unwrap()).is_pending());
        assert!(rt.poll(0).is_ready());
        tally.assert_all_dropped_once();
    }
}

// rule: promise-drop
#[test]
fn a_destructor_that_panics_panics_where_its_child_is_dropped_and_its_task_ends() {
    let rt = ByHand::default();
    let mut child = remote(&rt, Probe::<()>::pending().panics_on_drop());
    assert!(poll(&mut child).is_pending());
    assert!(rt.poll(0).is_pending());
    assert!(crate::verbs::caught(|| drop(child)).is_err());
    assert!(rt.is_woken(0));
    assert!(rt.poll(0).is_ready());
}

// rule: remote-late-wake
#[test]
fn a_wake_after_the_end_or_the_drop_of_a_child_does_nothing_but_end_its_task() {
    let rt = ByHand::default();
    let probe = Probe::<u32>::pending();
    let control = probe.controller();
    let mut child = remote(&rt, probe);
    assert!(poll(&mut child).is_pending());
    assert!(rt.poll(0).is_pending());
    let late = control.waker().unwrap();
    drop(child);
    assert!(rt.poll(0).is_ready());
    late.wake();
    assert_eq!(control.polls(), 1);
}

// trap: T11
// rule: remote-late-wake
#[test]
fn wakes_from_other_threads_while_children_are_dropped_reach_nobody_who_is_gone() {
    const ROUNDS: usize = 300;
    const CHILDREN: usize = 4;
    let (wakers, to_wake) = mpsc::channel::<Waker>();
    let waking = thread::spawn(move || {
        for waker in to_wake {
            waker.wake_by_ref();
            waker.wake();
        }
    });
    let tally = Tally::new();
    for _ in 0..ROUNDS {
        let children = [(); CHILDREN].map(|()| {
            let (alive, wakers) = (tally.count(()), wakers.clone());
            remote(&Threads, async move {
                let _alive = alive;
                poll_fn(|cx| {
                    wakers.send(cx.waker().clone()).unwrap();
                    Poll::<()>::Pending
                })
                .await;
            })
        });
        let mut all = Stepper::new(gather(children));
        assert!(all.step().is_pending());
    }
    drop(wakers);
    // Those who were inside a poll end it by themselves; then nobody has a sender.
    waking.join().unwrap();
    assert_eq!(tally.made(), ROUNDS * CHILDREN);
    while tally.alive() > 0 {
        thread::yield_now();
    }
    tally.assert_all_dropped_once();
}

// trap: T22
// rule: wake-parent
#[test]
fn the_end_of_a_child_wakes_the_waker_of_the_latest_poll() {
    let rt = ByHand::default();
    let mut child = Stepper::new(remote(&rt, Probe::ready(1)));
    assert!(child.step().is_pending());
    let old = child.change_waker();
    assert!(child.step().is_pending());
    assert!(rt.poll(0).is_ready());
    assert_eq!((old.wakes(), old.held(), child.wakes()), (0, 0, 1));
    assert_eq!(child.step(), Poll::Ready(1));
}

// trap: T9
#[test]
fn a_parents_waker_may_drop_the_child_that_wakes_it() {
    let rt = ByHand::default();
    let tally = Tally::new();
    let child = Arc::new(Mutex::new(Some(remote(&rt, Probe::ready(tally.count(()))))));
    let drops = child.clone();
    let waker = HookedWaker::new().on_wake(move || drop(drops.lock().unwrap().take())).into_waker();
    assert!(poll_once(Pin::new(child.lock().unwrap().as_mut().unwrap()), &waker).is_pending());
    assert!(rt.poll(0).is_ready());
    tally.assert_all_dropped_once();
}

// trap: T3
// rule: promise-drop
#[test]
fn a_scope_that_is_dropped_has_dropped_its_remote_children_between_two_polls() {
    let rt = ByHand::default();
    let probe = Probe::<Output>::pending();
    let control = probe.controller();
    let mut whole = Stepper::new(scope(async |s| -> Output {
        s.spawn_on(&rt, probe);
        pending().await
    }));
    assert!(whole.step().is_pending());
    assert!(rt.poll(0).is_pending());
    drop(whole);
    assert_eq!(control.drops(), 1);
    assert!(rt.poll(0).is_ready());
}

/// Drops the child at the very moment at which its task is polled on another thread.
// rule: promise-drop
#[test]
fn whoever_is_first_a_child_is_dropped_once_and_never_polled_after_the_drop() {
    for round in 0..200 {
        let rt = ByHand::default();
        let probe = Probe::yields(round % 3, ());
        let control = probe.controller();
        let mut child = remote(&rt, probe);
        assert!(poll(&mut child).is_pending());
        let start = Barrier::new(2);
        thread::scope(|threads| {
            threads.spawn(|| {
                start.wait();
                while rt.poll(0).is_pending() {}
            });
            start.wait();
            drop(child);
        });
        assert_eq!(control.drops(), 1);
        control.assert_sound();
    }
}

// rule: remote-drop-inside
#[test]
fn a_verb_that_drops_the_child_it_is_polled_in_does_not_wait_for_it() {
    let rt = ByHand::default();
    let own: Arc<Mutex<Option<Remote<u32>>>> = Arc::default();
    let (mine, resolved) = (own.clone(), Arc::new(Mutex::new(false)));
    let resolves = resolved.clone();
    let child = remote(&rt, async move {
        let itself = mine.lock().unwrap().take();
        let loses = async {
            let _itself = itself;
            pending().await
        };
        let winner = race((loses, ready(1))).await;
        *resolves.lock().unwrap() = true;
        winner
    });
    assert!(poll(own.lock().unwrap().insert(child)).is_pending());
    assert!(rt.poll(0).is_ready());
    assert!(*resolved.lock().unwrap());
}

// rule: remote-drained
#[test]
fn the_panic_of_a_loser_that_nobody_has_awaited_is_the_races() {
    let rt = ByHand::default();
    let winner = Probe::pending();
    let control = winner.controller();
    let loser = remote(&rt, async { panic!("unseen") });
    let mut racing = Stepper::new(race((winner, loser)));
    assert!(racing.step().is_pending());
    assert!(rt.poll(0).is_ready());
    control.complete(1);
    assert_eq!(caught(|| racing.step()).unwrap_err(), "unseen");
}
