//! A waker that outlives its child, or the whole set, is harmless. How little memory it keeps is
//! asserted in `allocations`.

use crate::{family::Family, verbs::VERBS};
use ringfence_core::{JoinSet, gather, race, scope, sleep, until};
use ringfence_test::{Controller, CountingWaker, Probe, Stepper, poll_once, run};
use std::{
    pin::Pin,
    task::{Context, Waker},
    time::Duration,
};

// trap: T12
#[test]
fn a_waker_that_outlives_its_verb_wakes_nobody_and_keeps_no_parent() {
    for verb in VERBS {
        // Fewer children of a tuple have their parent's own waker.
        let (family, children) = Family::new(4);
        let mut running = (verb.run)(children);
        let parent = CountingWaker::new();
        assert!(poll_once(running.as_mut(), &parent.waker()).is_pending());
        let stale: Vec<Waker> =
            (0..4).map(|place| family.control(place).waker().unwrap()).collect();
        drop(running);
        assert_eq!(parent.held(), 0, "{:?} in {}", verb.name, verb.container);
        stale.iter().for_each(Waker::wake_by_ref);
        let clones = stale.clone();
        stale.into_iter().for_each(Waker::wake);
        clones.into_iter().for_each(Waker::wake);
        assert_eq!(parent.wakes(), 0);
        family.assert_sound();
    }
}

// trap: T12
#[test]
fn a_child_is_dropped_although_its_waker_is_kept() {
    let child = Probe::<u32>::ready(1);
    let control = child.controller();
    let mut set = JoinSet::from_iter([child]);
    assert!(set.poll_next(&mut Context::from_waker(Waker::noop())).is_ready());
    let kept = control.waker().expect("the probe keeps the waker of its last poll");
    control.assert_sound();
    drop(set);
    kept.wake();
}

// trap: T12
#[test]
fn the_waker_of_a_loser_wakes_nobody_once_the_race_is_over() {
    let (winner, loser) = (Probe::<u32>::pending(), Probe::pending());
    let (win, lost) = (winner.controller(), loser.controller());
    let mut running = Stepper::new(race(vec![winner, loser]));
    assert!(running.step().is_pending());
    win.complete(1);
    assert!(running.step().is_ready());
    assert!(lost.wake());
    assert!(!running.is_woken() || lost.is_dropped());
    lost.assert_sound();
}

const SECOND: Duration = Duration::from_secs(1);

/// As many as it takes for a turn to be over before it comes to the last one, several times.
const MANY: usize = 500;

/// Children of which all but the last have ended, and are woken nevertheless; and the last is woken.
struct Stale {
    controls: Vec<Controller<Result<usize, ()>>>,
}

impl Stale {
    fn new() -> (Self, Vec<Probe<Result<usize, ()>>>) {
        let children: Vec<_> = (0..MANY).map(|_| Probe::pending()).collect();
        (Self { controls: children.iter().map(Probe::controller).collect() }, children)
    }

    /// Has all end but the last, by `polled`.
    fn end_all_but_the_last(&self, polled: impl FnOnce()) -> Vec<Waker> {
        let (_, ended) = self.controls.split_last().unwrap();
        let stale = ended.iter().map(|control| control.waker().unwrap()).collect();
        assert!(ended.iter().all(|control| control.complete(Ok(0))));
        polled();
        stale
    }

    fn wake(&self, stale: Vec<Waker>) {
        stale.into_iter().for_each(Waker::wake);
        assert!(self.controls.last().unwrap().complete(Ok(1)));
    }

    /// Has all of the children of `parent` end but the last, and the last when a second is over.
    async fn come_late<F: Future>(&self, mut parent: Pin<&mut F>) {
        let mut poll = || {
            for _ in 0..MANY {
                assert!(poll_once(parent.as_mut(), Waker::noop()).is_pending());
            }
        };
        poll();
        let stale = self.end_all_but_the_last(poll);
        sleep(2 * SECOND).await;
        self.wake(stale);
    }
}

// rule: set-try-next
// trap: T12
#[test]
fn try_next_finds_a_child_behind_the_wakes_of_those_who_have_ended() {
    let (family, children) = Stale::new();
    let mut set = JoinSet::from_iter(children);
    assert!(set.try_next().is_none());
    let stale = family.end_all_but_the_last(|| while set.try_next().is_some() {});
    assert_eq!(set.len(), 1);
    family.wake(stale);
    assert!(set.try_next().is_some());
}

// rule: timeout-last-look
// trap: T12
#[test]
fn the_last_look_finds_a_child_behind_the_wakes_of_those_who_have_ended() {
    run(1, async {
        let (family, children) = Stale::new();
        let mut all = Box::pin(gather(children).timeout(SECOND));
        family.come_late(all.as_mut()).await;
        assert_eq!(all.await.map(|ended| ended.len()), Ok(MANY));

        let (family, children) = Stale::new();
        let mut set = JoinSet::from_iter(children);
        assert!(set.try_next().is_none());
        family.wake(family.end_all_but_the_last(|| while set.try_next().is_some() {}));
        assert_eq!(set.wait(until::AllCompleted).timeout(Duration::ZERO).await.len(), 1);
    });
}

// rule: timeout-last-look
// trap: T12
#[test]
fn the_last_look_of_a_scope_finds_a_child_behind_the_wakes_of_those_who_have_ended() {
    run(1, async {
        let (family, children) = Stale::new();
        let whole = scope(async |s| -> Result<(), ()> {
            children.into_iter().for_each(|child| drop(s.spawn(child)));
            Ok(())
        });
        let mut whole = Box::pin(whole.timeout(SECOND));
        family.come_late(whole.as_mut()).await;
        assert!(whole.await.is_ok());
    });
}
