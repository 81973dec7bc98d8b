//! A wake costs one poll of one child, for few children as for many.

use crate::{
    family::Family,
    verbs::{VERBS, Verb},
};
use ringfence_test::Stepper;

/// Polls until nobody is woken, then wakes each child in turn, and counts the polls of all.
fn polls(verb: &Verb, len: usize) -> (usize, usize) {
    let (family, children) = Family::new(len);
    let mut running = Stepper::new((verb.run)(children));
    assert!(running.step().is_pending());
    let count = || (0..len).map(|place| family.control(place).polls()).sum::<usize>();
    let first = count();
    for place in 0..len {
        family.wake(place);
        assert_eq!(running.wakes(), 1);
        assert!(running.step().is_pending());
    }
    (first, count() - first)
}

// trap: T24
#[test]
fn a_wake_costs_one_poll_of_one_child() {
    for verb in VERBS {
        let lens = match verb.container {
            "tuple" => Vec::from_iter(4..=12),
            "array" => Vec::from_iter(1..=12),
            _ => Vec::from_iter(1..=60),
        };
        for len in lens {
            let title = format!("{:?} of {len} in {}", verb.name, verb.container);
            assert_eq!(polls(verb, len), (len, len), "{title}");
        }
    }
}

// trap: T24
// rule: order-few
#[test]
fn up_to_three_children_of_a_tuple_are_all_polled_by_design() {
    // To know who was woken would cost more than to ask a child or two.
    for verb in VERBS.iter().filter(|verb| verb.container == "tuple") {
        for len in [1, 2, 3] {
            assert_eq!(polls(verb, len), (len, len * len), "{:?} of {len}", verb.name);
        }
    }
}

// trap: T24
#[test]
fn children_that_end_one_by_one_are_polled_twice_each() {
    for verb in VERBS.iter().filter(|verb| verb.container != "tuple") {
        let (family, children) = Family::new(12);
        let mut running = Stepper::new((verb.run)(children));
        assert!(running.step().is_pending());
        for place in (0..12).rev() {
            family.fail(place);
            if running.step().is_ready() {
                break;
            }
        }
        let polls = (0..12).map(|place| family.control(place).polls());
        assert!(polls.clone().all(|polls| polls == 1 || polls == 2), "{:?}", verb.name);
    }
}
