//! Runtimes that end before what they were given.

use crate::host::{Host, on_each_that_ends};
use futures::channel::oneshot;
use ringfence::{
    Outcome, Reason, block_on, remote,
    rt::{Spawn, Task},
    scope,
};
use std::{
    future::pending,
    sync::{Arc, mpsc},
};

on_each_that_ends! {
    a_task_that_has_not_ended_is_dropped_with_its_runtime,
    a_child_that_has_not_ended_is_cancelled_with_its_runtime,
    a_scope_whose_runtime_ends_is_cancelled_and_does_not_hang,
    what_is_left_of_its_timer_goes_on,
}

// trap: T19
fn a_task_that_has_not_ended_is_dropped_with_its_runtime<H: Host>(host: H) {
    let held = Arc::new(());
    let holds = Arc::clone(&held);
    let (begun, told) = mpsc::channel();
    let task = async move {
        begun.send(()).unwrap();
        pending::<()>().await;
        drop(holds);
    };
    host.named().spawn(Task::new(task)).unwrap();
    told.recv().unwrap();
    drop(host);
    assert_eq!(Arc::strong_count(&held), 1);
}

/// Makes a future that never ends, and tells when it is first polled.
fn endless() -> (impl Future<Output = Result<u64, String>> + Send, oneshot::Receiver<()>) {
    let (begun, told) = oneshot::channel();
    let future = async move {
        begun.send(()).expect("it is awaited");
        pending().await
    };
    (future, told)
}

// trap: T19
fn a_child_that_has_not_ended_is_cancelled_with_its_runtime<H: Host>(host: H) {
    let (endless, told) = endless();
    let child = remote(&host.named(), endless).outcome();
    let end = async move {
        told.await.unwrap();
        drop(host);
    };
    let (outcome, ()) = block_on(ringfence::gather((child, end)));
    let Outcome::Cancelled(cancelled) = outcome else { panic!("{outcome:?}") };
    assert_eq!(*cancelled.reason(), Reason::RuntimeGone);
}

// trap: T19
fn a_scope_whose_runtime_ends_is_cancelled_and_does_not_hang<H: Host>(host: H) {
    let (endless, told) = endless();
    let ended = block_on(scope(async |s| {
        let child = s.spawn_on(&host.named(), endless);
        told.await.expect("it begins");
        drop(host);
        Ok(child.await)
    }));
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("the runtime is gone"), "{error}");
}

fn what_is_left_of_its_timer_goes_on<H: Host>(host: H) {
    use ringfence::{rt, sleep};
    let short = std::time::Duration::from_micros(200);
    let mut begun = Box::pin(rt::with_runtime(host.named(), sleep(short)));
    let begun_later = Box::pin(rt::with_runtime(host.named(), sleep(short)));
    block_on(async {
        let _ = futures::poll!(&mut begun);
    });
    drop(host);
    block_on(begun);
    block_on(begun_later);
}
