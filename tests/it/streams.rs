//! Outputs as they come: who is polled when, and what is kept.

use futures::StreamExt as _;
use ringfence_core::as_completed;
use ringfence_test::{Probe, Stepper};
use std::task::Poll;

// rule: as-completed-progress
#[test]
fn children_are_polled_only_while_the_stream_is() {
    let children = [Probe::yields(1, 1), Probe::yields(5, 5)];
    let controls = children.each_ref().map(Probe::controller);
    let mut stream = as_completed(children);
    assert_eq!(controls.each_ref().map(|control| control.polls()), [0, 0]);
    let Poll::Ready(first) = Stepper::new(stream.next()).run_until_stalled() else {
        panic!("one yields once")
    };
    assert_eq!(first, Some((0, 1)));
    let polls = controls[1].polls();
    // Whoever is woken now stands still until somebody asks.
    assert!(!controls[1].has_ended());
    controls[1].wake();
    assert_eq!(controls[1].polls(), polls);
    let Poll::Ready(second) = Stepper::new(stream.next()).run_until_stalled() else {
        panic!("the other goes on")
    };
    assert_eq!((second, controls[1].polls()), (Some((1, 5)), 6));
}

// rule: as-completed-one
#[test]
fn nobody_is_polled_behind_the_child_whose_output_is_next() {
    for len in [4, 100] {
        let children: Vec<_> = (0..len).map(Probe::ready).collect();
        let controls: Vec<_> = children.iter().map(Probe::controller).collect();
        let mut stream = as_completed(children);
        for place in 0..len {
            assert_eq!(Stepper::new(stream.next()).step(), Poll::Ready(Some((place, place))));
            let ended = controls.iter().filter(|control| control.has_ended()).count();
            assert_eq!(ended, place + 1);
            assert!(controls[place].is_dropped());
        }
    }
}
