//! The first so many successes.

use crate::verbs::caught;
use ringfence_core::quorum;
use ringfence_test::{Controller, Counted, Probe, Stepper, Tally};
use std::{
    future::{Ready, pending, ready},
    task::Poll,
    time::Duration,
};

type Output = Result<Counted<usize>, Counted<usize>>;
type Child = Probe<Output>;

fn children(len: usize) -> (Vec<Child>, Vec<Controller<Output>>) {
    let children: Vec<_> = (0..len).map(|_| Child::pending()).collect();
    let controls = children.iter().map(Child::controller).collect();
    (children, controls)
}

// rule: quorum-values
#[test]
fn it_resolves_with_the_first_so_many_values_as_they_came_and_the_rest_is_dropped() {
    let tally = Tally::new();
    let (children, controls) = children(5);
    let mut read = Stepper::new(quorum(children, 3));
    for (place, succeeds) in [(4, true), (0, false), (2, true), (1, true)] {
        assert!(read.run_until_stalled().is_pending());
        let output = tally.count(place);
        controls[place].complete(if succeeds { Ok(output) } else { Err(output) });
    }
    let Poll::Ready(Ok(values)) = read.run_until_stalled() else { panic!("three are there") };
    let values: Vec<_> = values.into_iter().map(|(place, value)| (place, *value)).collect();
    assert_eq!(values, [(4, 4), (2, 2), (1, 1)]);
    assert!(controls[3].is_dropped());
    controls.iter().for_each(Controller::assert_sound);
    drop(read);
    tally.assert_all_dropped_once();
}

// rule: quorum-reach
#[test]
fn it_fails_as_soon_as_too_many_have_failed_with_errors_at_their_places() {
    let tally = Tally::new();
    let (children, controls) = children(5);
    let mut read = Stepper::new(quorum(children, 3));
    controls[1].complete(Ok(tally.count(1)));
    for place in [4, 0, 3] {
        assert!(read.run_until_stalled().is_pending());
        controls[place].complete(Err(tally.count(place)));
    }
    let Poll::Ready(Err(errors)) = read.run_until_stalled() else { panic!("out of reach") };
    let errors: Vec<_> = errors.into_iter().map(|error| error.map(|error| *error)).collect();
    assert_eq!(errors, [Some(0), None, None, Some(3), Some(4)]);
    assert!(controls[2].is_dropped(), "it did not wait for who could not help any more");
    drop(read);
    tally.assert_all_dropped_once();
}

// rule: quorum-reach
#[test]
fn what_is_out_of_reach_from_the_start_polls_nobody() {
    let (three, controls) = children(3);
    let failed = Stepper::new(quorum(three, 4)).step();
    assert!(matches!(failed, Poll::Ready(Err(errors)) if errors.iter().all(Option::is_none)));
    assert!(controls.iter().all(|control| control.polls() == 0 && control.is_dropped()));

    let failed = Stepper::new(quorum((ready(Ok::<u8, u8>(1)), pending()), 3)).step();
    assert_eq!(failed, Poll::Ready(Err([None, None])));
    let none = Vec::<Ready<Result<u8, u8>>>::new();
    assert_eq!(Stepper::new(quorum(none, 1)).step(), Poll::Ready(Err(vec![])));
}

// rule: quorum-reach
#[test]
fn of_an_iterator_it_is_known_to_be_out_of_reach_once_that_has_ended() {
    let (three, controls) = children(3);
    let mut read = Stepper::new(quorum(three.into_iter(), 4));
    assert!(matches!(read.step(), Poll::Ready(Err(errors)) if errors.len() == 3));
    assert!(controls.iter().all(Controller::is_dropped));

    let (three, controls) = children(3);
    let tally = Tally::new();
    let mut read = Stepper::new(quorum(three.into_iter(), 3).limit(1));
    for control in &controls[..2] {
        assert!(read.run_until_stalled().is_pending());
        control.complete(Err(tally.count(0)));
    }
    assert!(read.run_until_stalled().is_pending(), "there might be more");
    controls[2].complete(Ok(tally.count(0)));
    let Poll::Ready(Err(errors)) = read.run_until_stalled() else { panic!("there are no more") };
    assert_eq!(errors.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false]);
    drop(read);
    drop(errors);
    tally.assert_all_dropped_once();
}

// rule: quorum-reach
#[test]
fn members_that_have_not_begun_count_for_what_can_be_reached() {
    let (five, controls) = children(5);
    let tally = Tally::new();
    let mut read = Stepper::new(quorum(five, 4).limit(2));
    assert!(read.run_until_stalled().is_pending());
    controls[0].complete(Err(tally.count(0)));
    assert!(read.run_until_stalled().is_pending());
    controls[2].complete(Err(tally.count(2)));
    let Poll::Ready(Err(errors)) = read.run_until_stalled() else { panic!("three are left") };
    let failed: Vec<_> = errors.iter().map(Option::is_some).collect();
    assert_eq!(failed, [true, false, true, false, false]);
    assert!(controls[4].is_dropped() && controls[4].polls() == 0);
}

// rule: quorum-none
#[test]
fn of_nobody_it_is_there_at_once() {
    let (three, controls) = children(3);
    assert!(
        matches!(Stepper::new(quorum(three, 0)).step(), Poll::Ready(Ok(none)) if none.is_empty())
    );
    assert!(controls.iter().all(|control| control.polls() == 0 && control.is_dropped()));
}

// rule: quorum-panic
#[test]
fn a_panic_that_comes_before_it_is_decided_drops_all_and_goes_on() {
    let tally = Tally::new();
    let (mut all, controls) = children(4);
    all[2] = Child::pending().on_poll(|poll| assert_eq!(poll, 1, "boom"));
    let fuse = all[2].controller();
    let mut read = Stepper::new(quorum(all, 2));
    assert!(read.run_until_stalled().is_pending());
    controls[0].complete(Ok(tally.count(0)));
    controls[1].complete(Err(tally.count(1)));
    assert!(read.run_until_stalled().is_pending());
    fuse.wake();
    assert!(caught(|| read.step()).unwrap_err().contains("boom"));
    assert!(controls[3].is_dropped());
    assert_eq!(caught(|| read.step()).unwrap_err(), "`quorum` was polled after it had ended");
    drop(read);
    tally.assert_all_dropped_once();
}

// rule: panic-drop-of-rest
#[test]
fn values_that_panic_when_they_are_lost_are_all_dropped() {
    let tally = Tally::new();
    let (all, controls) = children(4);
    let mut read = Stepper::new(quorum(all, 3));
    assert!(read.run_until_stalled().is_pending());
    controls[0].complete(Ok(tally.bomb(0)));
    controls[1].complete(Ok(tally.bomb(1)));
    controls[2].complete(Err(tally.count(2)));
    assert!(read.run_until_stalled().is_pending());
    controls[3].complete(Err(tally.count(3)));
    assert!(caught(|| read.step()).is_err());
    drop(read);
    tally.assert_all_dropped_once();

    let tally = Tally::new();
    let (all, controls) = children(3);
    let mut read = Stepper::new(quorum(all, 3));
    assert!(read.run_until_stalled().is_pending());
    controls[0].complete(Ok(tally.bomb(0)));
    controls[1].complete(Ok(tally.bomb(1)));
    assert!(read.run_until_stalled().is_pending());
    assert!(caught(|| drop(read)).is_err());
    assert!(controls[2].is_dropped());
    tally.assert_all_dropped_once();
}

// rule: end-poll-again
#[test]
fn polled_after_its_end_it_says_so() {
    let mut read = Stepper::new(quorum([ready(Ok::<u8, u8>(1))], 1));
    assert_eq!(read.step(), Poll::Ready(Ok(vec![(0, 1)])));
    assert_eq!(caught(|| read.step()).unwrap_err(), "`quorum` was polled after it had ended");
    let mut read = Stepper::new(quorum((ready(Err::<u8, u8>(1)), pending()), 2));
    assert_eq!(read.step(), Poll::Ready(Err([Some(1), None])));
    assert_eq!(caught(|| read.step()).unwrap_err(), "`quorum` was polled after it had ended");
}

// rule: timeout-elapsed
#[test]
fn it_may_be_timed_and_named() {
    let stuck = quorum((ready(Ok::<u8, u8>(1)), pending(), pending()), 2);
    let elapsed = ringfence_test::run(0, stuck.named("read").timeout(Duration::from_millis(1)));
    let elapsed = elapsed.unwrap_err();
    assert_eq!((elapsed.name(), elapsed.unfinished().len()), (Some("read"), 2));
}

/// Against a model that looks at the whole sequence.
// rule: quorum-values
// rule: quorum-reach
#[test]
fn every_sequence_of_ends_of_up_to_four_children_is_decided_where_the_model_says() {
    for len in 0..=4 {
        for wanted in 0..=len + 1 {
            for results in 0..1 << len {
                let succeeds = |place: usize| results & 1 << place != 0;
                let children: Vec<_> =
                    (0..len).map(|_| Probe::<Result<usize, usize>>::pending()).collect();
                let controls: Vec<_> = children.iter().map(Probe::controller).collect();
                let mut read = Stepper::new(quorum(children, wanted));
                let mut ended = 0;
                let polled = loop {
                    let polled = read.run_until_stalled();
                    if polled.is_ready() {
                        break polled;
                    }
                    let place = len - 1 - ended;
                    controls[place].complete(if succeeds(place) { Ok(place) } else { Err(place) });
                    ended += 1;
                };
                let places = (len - ended..len).rev();
                let values: Vec<_> = places
                    .clone()
                    .filter(|place| succeeds(*place))
                    .map(|place| (place, place))
                    .collect();
                let failed = places.filter(|place| !succeeds(*place)).count();
                if values.len() >= wanted {
                    assert_eq!(polled, Poll::Ready(Ok(values)));
                    assert!(wanted == 0 || succeeds(len - ended), "decided by a success");
                } else {
                    assert!(len - failed < wanted, "out of reach");
                    let errors = (0..len)
                        .map(|place| (place >= len - ended && !succeeds(place)).then_some(place));
                    assert_eq!(polled, Poll::Ready(Err(errors.collect())));
                    assert!(ended == 0 || !succeeds(len - ended), "decided by a failure");
                }
            }
        }
    }
}
