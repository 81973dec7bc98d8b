//! When a wait is given up, by a timeout or in a race, the children are gone when that returns.

use crate::{family::Family, verbs::VERBS};
use ringfence_core::{race, timeout};
use ringfence_test::{Stepper, TestRuntime};
use std::{future::ready, pin::Pin, time::Duration};

// trap: T3
#[test]
fn the_children_of_a_verb_whose_time_is_up_are_dropped_before_that_is_told() {
    TestRuntime::new(0).run(async {
        for verb in VERBS {
            for len in [1, 3, 4, 12] {
                let (family, children) = Family::new(len);
                let running = (verb.run)(children);
                let mut late = Stepper::new(timeout(Duration::from_millis(5), running));
                assert!(late.step().is_pending());
                TestRuntime::current().clock().advance(Duration::from_millis(5));
                assert!(late.step().is_ready());
                assert!(family.are_all_dropped(), "{:?} in {}", verb.name, verb.container);
                family.assert_sound();
            }
        }
    });
}

// trap: T3
#[test]
fn the_children_of_a_verb_that_has_lost_a_race_are_dropped_before_that_is_told() {
    for verb in VERBS {
        let (family, children) = Family::new(4);
        let running = (verb.run)(children);
        let racers: [Pin<Box<dyn Future<Output = ()>>>; 2] = [
            Box::pin(async {
                running.await;
            }),
            Box::pin(ready(())),
        ];
        assert!(Stepper::new(race(racers)).step().is_ready());
        assert!(family.are_all_dropped(), "{:?} in {}", verb.name, verb.container);
        family.assert_sound();
    }
}
