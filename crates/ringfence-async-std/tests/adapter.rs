//! What is particular to async-std: one runtime for the process, known inside its tasks.

use ringfence_async_std::AsyncStd;
use ringfence_core::{
    block_on,
    rt::{Job, Spawn, SpawnBlocking, Task, Timer},
};
use std::{sync::mpsc, thread};

#[test]
fn it_knows_its_tasks_and_nothing_else() {
    assert!(AsyncStd::try_current().is_none());
    assert!(async_std::task::block_on(async { AsyncStd::try_current().is_some() }));
    let (send, receive) = mpsc::channel();
    let task = Task::new(async move { send.send(AsyncStd::try_current().is_some()).unwrap() });
    AsyncStd.spawn(task).unwrap();
    assert_eq!(receive.recv(), Ok(true));
    assert!(AsyncStd::try_current().is_none());
}

#[test]
fn tasks_and_jobs_run_on_other_threads() {
    let (send, receive) = mpsc::channel();
    let from_job = send.clone();
    AsyncStd.spawn(Task::new(async move { send.send(thread::current().id()).unwrap() })).unwrap();
    assert_ne!(receive.recv().unwrap(), thread::current().id());
    let job = Job::new(move || from_job.send(thread::current().id()).unwrap());
    AsyncStd.spawn_blocking(job).unwrap();
    assert_ne!(receive.recv().unwrap(), thread::current().id());
}

#[test]
fn its_sleeps_need_no_async_std_around_them() {
    block_on(AsyncStd.sleep_until(AsyncStd.now()));
}
