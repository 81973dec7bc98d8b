//! Which runtime is in force, and what is said where there is none.

use crate::host::{Host, on_each_runtime};
use ringfence::{
    block_on,
    rt::{self, Embedded, Job, Refused, Sleeping, Spawn, SpawnBlocking, Task, Timer, Why},
};
use std::time::Instant;

on_each_runtime! {
    inside_it_is_found_if_it_can_tell,
    in_its_tasks_it_is_found_if_it_can_tell,
    where_it_is_named_it_is_found_on_whichever_thread,
    the_innermost_that_is_named_counts_before_all_others,
    outside_there_is_none_and_the_error_says_what_helps,
    a_child_on_a_runtime_does_not_inherit_what_its_parent_has_named,
}

/// A runtime that takes nothing, by which it is known.
#[derive(Clone, Copy)]
struct Closed(Why);

impl Spawn for Closed {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: self.0, refused: task })
    }
}

impl SpawnBlocking for Closed {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        Err(Refused { why: self.0, refused: job })
    }
}

impl Timer for Closed {
    fn now(&self) -> Instant {
        Embedded.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        Embedded.sleep_until(deadline)
    }
}

/// Returns why the runtime in force refuses a task; none if it takes it, or if there is none.
fn refusal() -> Option<Why> {
    rt::current().ok()?.spawn(Task::new(async {})).err().map(|refused| refused.why)
}

fn inside_it_is_found_if_it_can_tell<H: Host>(host: H) {
    host.enter(async { assert_eq!(rt::current().is_ok(), H::TELLS) });
    host.enter(async { assert_eq!(rt::timer().runtime().is_some(), H::TELLS) });
}

fn in_its_tasks_it_is_found_if_it_can_tell<H: Host>(host: H) {
    assert_eq!(host.run(async { rt::current().is_ok() }), H::TELLS);
}

fn where_it_is_named_it_is_found_on_whichever_thread<H: Host>(host: H) {
    let found = || rt::with_runtime(host.named(), async { rt::current().is_ok() });
    assert!(block_on(found()));
    assert!(host.enter(found()));
    assert!(host.run(found()));
}

fn the_innermost_that_is_named_counts_before_all_others<H: Host>(host: H) {
    host.enter(async {
        rt::with_runtime(Closed(Why::Shutdown), async {
            assert_eq!(refusal(), Some(Why::Shutdown));
            rt::with_runtime(Closed(Why::Unsupported), async {
                assert_eq!(refusal(), Some(Why::Unsupported));
            })
            .await;
            rt::with_runtime(host.named(), async { assert_eq!(refusal(), None) }).await;
            assert_eq!(refusal(), Some(Why::Shutdown));
            // And what is given as an argument counts before those.
            ringfence::remote(&host.named(), async {}).await;
        })
        .await;
        assert_eq!(refusal(), None);
    });
}

fn outside_there_is_none_and_the_error_says_what_helps<H: Host>(host: H) {
    // Not even after it has run something on this thread.
    host.enter(async {});
    let error = rt::current().map(|_| ()).unwrap_err().to_string();
    for help in ["tokio", "async-std", "install", "rt::with_runtime", "rt::set_default"] {
        assert!(error.contains(help), "{error}");
    }
    assert!(rt::timer().runtime().is_none());
}

fn a_child_on_a_runtime_does_not_inherit_what_its_parent_has_named<H: Host>(host: H) {
    let found = ringfence::remote(&host.named(), async { rt::current().is_ok() });
    let found = block_on(rt::with_runtime(Closed(Why::Shutdown), found));
    // It is where it is, and is told so if that can be told.
    assert_eq!(found, H::TELLS);
}
