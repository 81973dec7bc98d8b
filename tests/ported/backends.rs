//! The same program on every executor: what it does, and in which order, is the same.

use futures::StreamExt as _;
use ringfence_core::{as_completed, gather, race, race_ok, scope, settle, try_gather};
use ringfence_test::{Probe, TestRuntime};
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

type Log = Arc<Mutex<Vec<String>>>;

/// A child that takes so many polls, and notes its end and its drop.
async fn child(log: Log, name: u32, polls: usize) -> u32 {
    let dropped = log.clone();
    let probe = Probe::yields(polls, ()).on_drop(move || {
        dropped.lock().unwrap().push(format!("drop {name}"));
    });
    probe.await;
    log.lock().unwrap().push(format!("end {name}"));
    name
}

/// All verbs, one after the other, by children that wake themselves.
async fn program() -> Vec<String> {
    let log = Log::default();
    let note = |what: String| log.lock().unwrap().push(what);
    let child = |name: u32, polls| child(log.clone(), name, polls);
    note(format!("{:?}", gather((child(1, 3), child(2, 1), child(3, 2))).await));
    note(format!("{}", race([child(4, 2), child(5, 1)]).await));
    let tried = |name: u32, polls| {
        let child = child(name, polls);
        async move { if name % 2 == 0 { Ok(child.await) } else { Err(child.await) } }
    };
    note(format!("{:?}", try_gather([tried(6, 3), tried(7, 1)]).await));
    note(format!("{:?}", race_ok([tried(8, 3), tried(9, 1)]).await));
    note(format!("{}", settle((10..20).map(|n| child(n, 20 - n as usize))).limit(3).await.len()));
    let ends = as_completed((20..25).map(|n| child(n, 25 - n as usize)));
    note(format!("{:?}", ends.map(|(place, _)| place).collect::<Vec<_>>().await));
    let tried = |name, polls| {
        let child = child(name, polls);
        async move { Ok::<_, Infallible>(child.await) }
    };
    let children = &tried;
    let ended = scope(async |s| -> Result<u32, Infallible> {
        let slow = s.spawn(children(30, 5));
        s.daemon(children(31, 1000));
        let sum = s.spawn_with(async move |s| Ok(s.spawn(children(32, 1)).await + 1)).await;
        Ok(sum + slow.await)
    });
    note(format!("{:?}", ended.await.ok()));
    std::mem::take(&mut log.lock().unwrap())
}

type Boxed = Pin<Box<dyn Future<Output = Vec<String>> + Send>>;
type Executor = fn(Boxed) -> Vec<String>;

// case: PF-06
#[test]
fn a_program_does_the_same_on_every_executor() {
    let executors: [(&str, Executor); 8] = [
        ("a restless one", |program| TestRuntime::new(7).restless().run(program)),
        ("the embedded one", ringfence_core::block_on),
        ("futures", futures::executor::block_on),
        ("tokio, one thread", |program| {
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(program)
        }),
        ("tokio, a task", |program| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
            let runtime = runtime.unwrap();
            let task = runtime.spawn(program);
            runtime.block_on(task).unwrap()
        }),
        ("smol", smol::block_on),
        ("smol, a task", |program| smol::block_on(smol::spawn(program))),
        ("async-std, a task", |program| async_std::task::block_on(async_std::task::spawn(program))),
    ];
    let expected = ringfence_test::run(0, program());
    assert!(expected.len() > 50, "{expected:?}");
    for (name, run) in executors {
        assert_eq!(run(Box::pin(program())), expected, "{name}");
    }
}
