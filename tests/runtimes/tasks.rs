//! Tasks: detached, and children of ours.

use crate::host::{Host, on_each_runtime};
use futures::channel::oneshot;
use ringfence::{
    Outcome, block_on, gather, remote,
    rt::{Spawn, Task},
    scope, settle,
};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
};

on_each_runtime! {
    a_task_may_be_spawned_outside_and_is_not_awaited,
    a_task_goes_on_though_nobody_holds_it,
    a_task_may_be_spawned_from_a_task_and_from_a_job,
    the_panic_of_a_remote_child_is_its_parents_and_not_the_runtimes,
    the_panic_of_a_remote_child_is_kept_where_outcomes_are,
    an_idle_child_that_is_dropped_has_been_dropped_when_that_returns,
    a_remote_child_that_was_never_polled_is_never_spawned,
    verbs_and_scopes_run_in_its_tasks,
}

fn a_task_may_be_spawned_outside_and_is_not_awaited<H: Host>(host: H) {
    assert_eq!(host.run(async { 1 }), 1);
}

fn a_task_goes_on_though_nobody_holds_it<H: Host>(host: H) {
    let (go_on, told) = oneshot::channel();
    let (send, receive) = mpsc::channel();
    let task = async move { send.send(told.await).unwrap() };
    host.named().spawn(Task::new(task)).unwrap();
    // The task is pending, or will be: all that could hold it has been dropped.
    go_on.send(1).unwrap();
    assert_eq!(receive.recv(), Ok(Ok(1)));
}

fn a_task_may_be_spawned_from_a_task_and_from_a_job<H: Host>(host: H) {
    let runtime = host.named();
    let from_a_task = remote(&host.named(), async move { remote(&runtime, async { 1 }).await });
    let runtime = host.named();
    let job = move || block_on(remote(&runtime, async { 2 }));
    let from_a_job = ringfence::blocking(&host.named(), job);
    assert_eq!(block_on(gather((from_a_task, from_a_job))), (1, 2));
}

fn the_panic_of_a_remote_child_is_its_parents_and_not_the_runtimes<H: Host>(host: H) {
    let parent = gather((remote(&host.named(), async { panic!("first") }), async {}));
    let panic = catch_unwind(AssertUnwindSafe(|| host.enter(parent))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"first"));
    // The runtime has not noticed.
    assert_eq!(host.run(async { 1 }), 1);
}

fn the_panic_of_a_remote_child_is_kept_where_outcomes_are<H: Host>(host: H) {
    let children = ["first", "second"].map(|word| {
        remote(&host.named(), async move {
            std::panic::panic_any(word);
        })
    });
    let outcomes: [Outcome<()>; 2] = block_on(settle(children));
    let words = outcomes.map(|outcome| match outcome {
        Outcome::Panicked(panic) => panic.message().map(str::to_owned),
        _ => None,
    });
    assert_eq!(words, ["first", "second"].map(|word| Some(word.to_owned())));
    assert_eq!(host.run(async { 1 }), 1);
}

fn an_idle_child_that_is_dropped_has_been_dropped_when_that_returns<H: Host>(host: H) {
    let held = Arc::new(());
    let holds = Arc::clone(&held);
    let (begun, told) = oneshot::channel();
    let mut child = remote(&host.named(), async move {
        begun.send(()).unwrap();
        pending::<()>().await;
        drop(holds);
    });
    block_on(async {
        let begun = futures::future::select(&mut child, told).await;
        assert!(matches!(begun, futures::future::Either::Right((Ok(()), _))));
    });
    // It may still be inside the poll in which it has told so: this waits for that.
    drop(child.strict());
    assert_eq!(Arc::strong_count(&held), 1);
}

fn a_remote_child_that_was_never_polled_is_never_spawned<H: Host>(host: H) {
    let held = Arc::new(());
    let holds = Arc::clone(&held);
    drop(remote(&host.named(), async move { drop(holds) }));
    assert_eq!(Arc::strong_count(&held), 1);
}

fn verbs_and_scopes_run_in_its_tasks<H: Host>(host: H) {
    let runtime = host.named();
    let sum = host.run(async move {
        let sum = scope(async |s| -> Result<u64, String> {
            let far = s.spawn_on(&runtime, async { Ok(1) });
            let near = s.spawn(async { Ok(gather((async { 2 }, async { 3 })).await) });
            let (two, three) = near.await;
            Ok(far.await + two + three)
        });
        sum.await.map_err(|error| error.to_string())
    });
    assert_eq!(sum, Ok(6));
}
