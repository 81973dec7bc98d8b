//! Methods of a builder called more than once.

use ringfence_core::{Outcome, gather, settle};
use ringfence_test::{Probe, Stepper};
use std::{future::pending, task::Poll, time::Duration};

#[test]
fn the_last_limit_counts() {
    for (limits, begun) in [([1, 3], 3), ([3, 1], 1)] {
        let children: Vec<Probe<()>> = (0..5).map(|_| Probe::pending()).collect();
        let controls: Vec<_> = children.iter().map(Probe::controller).collect();
        let mut all = Stepper::new(gather(children).limit(limits[0]).limit(limits[1]));
        assert!(all.step().is_pending());
        assert_eq!(controls.iter().filter(|control| control.polls() > 0).count(), begun);
    }
}

#[test]
fn the_last_limit_counts_for_tuples_too() {
    for (limits, begun) in [([1, 3], 3), ([3, 1], 1), ([1, 100], 4)] {
        let children: [Probe<()>; 4] = std::array::from_fn(|_| Probe::pending());
        let controls = children.each_ref().map(Probe::controller);
        let [a, b, c, d] = children;
        let mut all = Stepper::new(gather((a, b, c, d)).limit(limits[0]).limit(limits[1]));
        assert!(all.step().is_pending());
        assert_eq!(controls.iter().filter(|control| control.polls() > 0).count(), begun);
    }
}

#[test]
fn the_last_name_is_told() {
    let named = gather((pending::<()>(),)).named("a").named("b").timeout(Duration::ZERO).named("c");
    let Poll::Ready(Err(elapsed)) = Stepper::new(named).step() else { panic!("time is up") };
    assert_eq!(elapsed.to_string(), "`c` timed out after 0ns; unfinished: child 0");
}

#[test]
fn the_last_timeout_of_settle_counts() {
    let cut = settle((pending::<()>(),)).timeout(Duration::MAX).timeout(Duration::ZERO);
    let Poll::Ready((outcome,)) = Stepper::new(cut).step() else { panic!("time is up") };
    assert!(matches!(outcome, Outcome::Cancelled(_)));
}
