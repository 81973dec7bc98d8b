//! Panics, which never get to the runtime.

use super::{Host, tasks::assert_goes_on};
use crate::Probe;
use ringfence_core::{Outcome, block_on, gather, remote, settle};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
};

pub(super) fn a_panic_comes_to_the_parent_as_it_was_and_the_runtime_goes_on(host: impl Host) {
    for _ in 0..host.threads() + 1 {
        let parent =
            || gather((remote(&host.spawner(), async { panic_any(7_u8) }), pending::<()>()));
        let outside = catch_unwind(AssertUnwindSafe(|| block_on(parent())));
        let inside = catch_unwind(AssertUnwindSafe(|| host.run(parent())));
        for caught in [outside, inside] {
            let payload = caught.map(|_: ((), ())| ()).expect_err("a child has panicked");
            assert_eq!(payload.downcast_ref(), Some(&7_u8));
        }
    }
    assert_goes_on(&host);
}

pub(super) fn a_panic_is_an_outcome_where_outcomes_are_kept(host: impl Host) {
    let child = |n: usize| {
        remote(&host.spawner(), async move {
            Probe::yields(n, ()).await;
            if n % 2 == 1 {
                panic!("child {n}");
            }
            n
        })
    };
    let outcomes = block_on(settle([0, 1, 2, 3].map(child)));
    let told = outcomes.map(|outcome| match outcome {
        Outcome::Completed(n) => format!("value {n}"),
        Outcome::Panicked(panic) => panic.to_string(),
        Outcome::Cancelled(why) => why.to_string(),
    });
    assert_eq!(told, ["value 0", "panicked: child 1", "value 2", "panicked: child 3"]);
    assert_goes_on(&host);
}

pub(super) fn a_destructor_that_panics_at_the_end_is_a_panic_of_the_child(host: impl Host) {
    let child = Probe::yields(1, ()).panics_on_drop();
    let control = child.controller();
    let outcome = block_on(remote(&host.spawner(), child).outcome());
    assert!(matches!(outcome, Outcome::Panicked(_)), "not a panic: {outcome:?}");
    assert_eq!(control.drops(), 1);
    assert_goes_on(&host);
}
