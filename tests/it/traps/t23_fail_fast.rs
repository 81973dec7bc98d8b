//! The first error is seen at once, whoever is pending before it.

use ringfence_core::try_gather;
use ringfence_test::{Controller, Probe, Stepper};
use std::task::Poll;

// trap: T23
// rule: try-gather-first
#[test]
fn an_error_is_seen_behind_a_child_that_is_pending_for_ever() {
    for len in [2, 5, 30, 31, 62, 63, 100, 1000] {
        for failing in [1, len / 2, len - 1] {
            let children: Vec<Probe<Result<u32, usize>>> =
                (0..len).map(|_| Probe::pending()).collect();
            let controls: Vec<_> = children.iter().map(Probe::controller).collect();
            let mut all = Stepper::new(try_gather(children));
            assert!(all.run_until_stalled().is_pending());
            controls[failing].complete(Err(failing));
            assert_eq!(all.step(), Poll::Ready(Err(failing)), "{len} children");
            controls.iter().for_each(Controller::assert_sound);
        }
    }
}

// trap: T23
#[test]
fn an_error_in_the_first_poll_begins_no_child_behind_it() {
    let children: Vec<Probe<Result<u32, u32>>> =
        (0..100).map(|n| if n == 40 { Probe::ready(Err(n)) } else { Probe::pending() }).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    assert_eq!(Stepper::new(try_gather(children)).step(), Poll::Ready(Err(40)));
    assert!(controls[41..].iter().all(|control| control.polls() == 0));
    controls.iter().for_each(Controller::assert_sound);
}
