//! Nothing runs behind your back. A binary of its own, since it counts the threads of the process.
#![cfg(target_os = "linux")]

use futures::StreamExt as _;
use ringfence_core::{
    JoinSet, as_completed, block_on, gather, race, race_ok, rt, scope, settle, sleep, timeout,
    try_gather, until, wait,
};
use ringfence_test::Probe;
use std::{convert::Infallible, time::Duration};

/// How many threads the process has.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("on Linux").count()
}

// rule: promise-no-hands
#[test]
fn no_verb_starts_a_thread_but_the_one_for_time_where_no_runtime_is_in_force() {
    assert!(rt::current().is_err());
    let before = threads();
    let child = |n: usize| Probe::yields(n, Ok::<usize, usize>(n));
    let children = || (0..5).map(child);
    block_on(async {
        assert_eq!(gather(children()).await.len(), 5);
        assert!(try_gather(children()).limit(2).await.is_ok());
        assert_eq!(settle(children()).await.len(), 5);
        assert_eq!(race(children()).await, Ok(0));
        assert_eq!(race_ok(children()).await, Ok(0));
        assert_eq!(as_completed(children()).count().await, 5);
        assert_eq!(wait(children(), until::AllCompleted).await.done.len(), 5);
        let mut set: JoinSet<_> = children().collect();
        while set.next().await.is_some() {}
        let ended = scope(async |s| -> Result<usize, Infallible> {
            s.daemon(Probe::<()>::pending());
            let child = s.spawn_with(async |s| Ok(s.spawn(async { Ok(1) }).await + 1));
            Ok(child.await)
        });
        assert_eq!(ended.await.ok(), Some(2));
        // What is ready in time asks nobody for the time.
        assert!(timeout(Duration::from_secs(60), async {}).await.is_ok());
    });
    assert_eq!(threads(), before);
    block_on(async {
        // real time: it is the one thread of the embedded timer that is counted.
        gather((0..5).map(|_| sleep(Duration::from_millis(1)))).await;
    });
    assert_eq!(threads(), before + 1);
}
