//! What is particular to smol: an executor of one's own, and timers anywhere.

use ringfence_core::{
    block_on,
    rt::{Job, LocalTask, Spawn, SpawnBlocking, SpawnLocal, Task, Timer},
};
use ringfence_smol::{Smol, SmolLocal};
use std::{
    cell::Cell,
    rc::Rc,
    sync::{Arc, mpsc},
    thread,
};

#[test]
fn a_task_on_an_executor_of_ones_own_runs_when_that_is_run() {
    let executor = Arc::new(smol::Executor::new());
    let (send, receive) = mpsc::channel();
    let task = Task::new(async move { send.send(thread::current().id()).unwrap() });
    Smol::with(Arc::clone(&executor)).spawn(task).unwrap();
    assert!(receive.try_recv().is_err());
    assert!(executor.try_tick());
    assert_eq!(receive.try_recv(), Ok(thread::current().id()));
}

// trap: T19
#[test]
fn an_executor_that_is_dropped_drops_its_tasks() {
    struct TellsItsDrop(mpsc::Sender<()>);

    impl Drop for TellsItsDrop {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }

    let executor = Arc::new(smol::Executor::new());
    let (send, receive) = mpsc::channel();
    let held = TellsItsDrop(send);
    let task = Task::new(async move {
        let _held = held;
        unreachable!("nobody runs the executor");
    });
    Smol::with(Arc::clone(&executor)).spawn(task).unwrap();
    drop(executor);
    assert_eq!(receive.recv(), Ok(()));
}

#[test]
fn a_local_task_stays_on_its_thread() {
    let executor = smol::LocalExecutor::new();
    let ran = Rc::new(Cell::new(false));
    let seen = Rc::clone(&ran);
    SmolLocal(&executor).spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap();
    assert!(executor.try_tick());
    assert!(ran.get());
}

#[test]
fn tasks_and_jobs_of_the_global_executor_run_on_other_threads() {
    let (send, receive) = mpsc::channel();
    let from_job = send.clone();
    Smol.spawn(Task::new(async move { send.send(thread::current().id()).unwrap() })).unwrap();
    assert_ne!(receive.recv().unwrap(), thread::current().id());
    let job = Job::new(move || from_job.send(thread::current().id()).unwrap());
    Smol.spawn_blocking(job).unwrap();
    assert_ne!(receive.recv().unwrap(), thread::current().id());
}

#[test]
fn its_sleeps_need_no_smol_around_them() {
    block_on(Smol.sleep_until(Smol.now()));
}
