//! Waiting may be given up at any time, and nothing is lost.

use futures::StreamExt as _;
use ringfence_core::{JoinSet, as_completed, until};
use ringfence_test::{Controller, Probe, Stepper, Tally};
use std::task::Poll;

fn probes<T>(len: usize) -> (Vec<Probe<T>>, Vec<Controller<T>>) {
    let probes: Vec<_> = (0..len).map(|_| Probe::pending()).collect();
    let controls = probes.iter().map(Probe::controller).collect();
    (probes, controls)
}

// trap: T18
// rule: set-next-safe
#[test]
fn next_may_be_dropped_between_any_two_ends() {
    let tally = Tally::new();
    let (children, controls) = probes(5);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let mut taken = Vec::new();
    for control in &controls {
        // Given up while nothing is there, and while something is.
        assert!(Stepper::new(set.next()).step().is_pending());
        control.complete(tally.count(()));
        drop(set.next());
        let Poll::Ready(Some((_, outcome))) = Stepper::new(set.next()).step() else {
            panic!("a child has ended")
        };
        taken.extend(outcome.ok());
    }
    assert!(matches!(Stepper::new(set.next()).step(), Poll::Ready(None)));
    assert_eq!((taken.len(), tally.dropped()), (5, 0));
}

// trap: T18
#[test]
fn next_wakes_who_polled_last_although_the_future_is_another() {
    let (children, controls) = probes::<u32>(2);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let mut given_up = Stepper::new(set.next());
    assert!(given_up.step().is_pending());
    let old = given_up.change_waker();
    drop(given_up);
    let mut next = Stepper::new(set.next());
    assert!(next.step().is_pending());
    controls[1].complete(1);
    assert!(next.is_woken());
    assert_eq!(old.wakes(), 0);
    assert!(next.step().is_ready());
}

// trap: T18
// rule: promise-nothing-lost
// rule: wait-safe
#[test]
fn wait_may_be_dropped_and_what_was_there_comes_first_later() {
    let tally = Tally::new();
    let (children, controls) = probes(4);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let mut waiting = Stepper::new(set.wait(until::AllCompleted));
    assert!(waiting.step().is_pending());
    controls[2].complete(tally.count(()));
    controls[0].complete(tally.count(()));
    assert!(waiting.step().is_pending());
    drop(waiting);
    assert_eq!((set.len(), tally.dropped()), (4, 0));
    assert!(controls[2].is_dropped(), "the child has ended, its outcome has not gone");

    let (_, first) = set.try_next().expect("it was there");
    // Of those that were ready in one poll, the one with the lower place ended first.
    assert_eq!(first.ok().map(|value| value.index()), Some(1));
    controls[3].complete(tally.count(()));
    let mut waiting = Stepper::new(set.wait(until::FirstCompleted));
    let Poll::Ready(done) = waiting.step() else { panic!("one was there") };
    assert_eq!(done.len(), 2, "the one that was there, and the one that is ready");
    drop(waiting);
    assert_eq!(set.len(), 1);
}

// trap: T18
#[test]
fn outcomes_that_wait_left_behind_can_be_found_and_removed_by_key() {
    let mut set = JoinSet::new();
    let (children, controls) = probes::<u32>(2);
    let keys: Vec<_> = children.into_iter().map(|child| set.insert(child)).collect();
    controls[0].complete(1);
    assert!(Stepper::new(set.wait(until::AllCompleted)).step().is_pending());
    assert!(set.contains(keys[0]) && set.contains(keys[1]));
    assert!(set.remove(keys[0]));
    assert!(!set.contains(keys[0]) && !set.remove(keys[0]));
    assert_eq!(set.len(), 1);
    set.clear();
    assert!(set.is_empty());
}

// trap: T18
#[test]
fn a_wait_that_is_over_may_be_waited_for_again() {
    let (children, controls) = probes::<u32>(2);
    let mut set: JoinSet<_> = children.into_iter().collect();
    let mut waiting = Stepper::new(set.wait(until::FirstCompleted));
    for control in &controls {
        assert!(waiting.step().is_pending());
        control.complete(1);
        let Poll::Ready(done) = waiting.step() else { panic!("a child has ended") };
        assert_eq!(done.len(), 1);
    }
}

// trap: T18
// rule: as-completed-safe
#[test]
fn the_next_of_a_stream_may_be_dropped_between_any_two_ends() {
    let tally = Tally::new();
    let (children, controls) = probes(5);
    let mut stream = as_completed(children);
    let mut taken = Vec::new();
    for control in controls.iter().rev() {
        assert!(Stepper::new(stream.next()).step().is_pending());
        control.complete(tally.count(()));
        drop(stream.next());
        let Poll::Ready(Some(output)) = Stepper::new(stream.next()).step() else {
            panic!("a child has ended")
        };
        taken.push(output);
    }
    assert!(matches!(Stepper::new(stream.next()).step(), Poll::Ready(None)));
    assert_eq!(taken.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [4, 3, 2, 1, 0]);
    assert_eq!(tally.dropped(), 0);
}
