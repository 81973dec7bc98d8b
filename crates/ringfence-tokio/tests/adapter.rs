//! What is particular to tokio: its clock, its contexts, and its ways to end.

use ringfence_core::{
    block_on,
    rt::{self, Job, LocalTask, Spawn, SpawnBlocking, SpawnLocal, Task, Timer, Why},
    sleep,
};
use ringfence_tokio::{Tokio, TokioHere, TokioLocal};
use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    sync::mpsc,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};
use tokio::{
    runtime::{Builder, LocalOptions, Runtime},
    task::LocalSet,
};

const HOUR: Duration = Duration::from_secs(3600);

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn its_time_is_that_of_the_paused_clock_even_from_outside() {
    let runtime = paused();
    let tokio = Tokio::from(runtime.handle().clone());
    let start = tokio.now();
    assert_eq!(tokio.now(), start);
    runtime.block_on(tokio::time::advance(HOUR));
    assert_eq!(tokio.now(), start + HOUR);
}

#[test]
fn its_sleeps_may_be_made_and_polled_outside() {
    let runtime = paused();
    let tokio = Tokio::from(runtime.handle().clone());
    let mut pause = tokio.sleep_until(tokio.now() + HOUR);
    assert!(poll(&mut pause).is_pending());
    runtime.block_on(tokio::time::advance(HOUR));
    assert!(poll(&mut pause).is_ready());
}

#[test]
fn a_runtime_in_force_by_name_needs_no_context() {
    let runtime = paused();
    let tokio = Tokio::from(runtime.handle().clone());
    let mut pause = Box::pin(rt::with_runtime(tokio, sleep(HOUR)));
    assert!(poll(&mut pause).is_pending());
    runtime.block_on(tokio::time::advance(HOUR));
    block_on(pause);
}

#[test]
fn a_runtime_that_keeps_no_time_has_the_embedded_timer() {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let tokio = Tokio::current();
        // What has passed is ready once the embedded timer's thread has seen it.
        tokio.sleep_until(tokio.now()).await;
        let mut hour = tokio.sleep_until(tokio.now() + HOUR);
        assert!(poll(&mut hour).is_pending());
    });
}

#[test]
fn a_sleep_outlives_its_runtime_on_the_embedded_timer() {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let tokio = Tokio::from(runtime.handle().clone());
    let mut begun = tokio.sleep_until(tokio.now() + HOUR);
    assert!(poll(&mut begun).is_pending());
    drop(runtime);
    assert!(poll(&mut begun).is_pending());
    assert!(poll(&mut tokio.sleep_until(tokio.now() + HOUR)).is_pending());
    block_on(tokio.sleep_until(tokio.now()));
}

// trap: T19
#[test]
fn a_runtime_that_has_shut_down_drops_tasks_and_jobs() {
    struct TellsItsDrop(mpsc::Sender<&'static str>, &'static str);

    impl Drop for TellsItsDrop {
        fn drop(&mut self) {
            self.0.send(self.1).unwrap();
        }
    }

    let (send, receive) = mpsc::channel();
    let runtime = Builder::new_current_thread().build().unwrap();
    let tokio = Tokio::from(runtime.handle().clone());
    let idle = TellsItsDrop(send.clone(), "idle task");
    tokio
        .spawn(Task::new(async move {
            let _idle = idle;
            std::future::pending::<()>().await;
        }))
        .unwrap();
    drop(runtime);
    assert_eq!(receive.try_recv(), Ok("idle task"));

    let task = TellsItsDrop(send.clone(), "task");
    tokio
        .spawn(Task::new(async move {
            let _task = task;
            unreachable!("the runtime is gone");
        }))
        .unwrap();
    assert_eq!(receive.try_recv(), Ok("task"));

    let job = TellsItsDrop(send, "job");
    tokio
        .spawn_blocking(Job::new(move || {
            let _job = job;
            unreachable!("the runtime is gone");
        }))
        .unwrap();
    assert_eq!(receive.try_recv(), Ok("job"));
}

#[test]
fn jobs_run_on_another_thread() {
    let runtime = paused();
    let (send, receive) = mpsc::channel();
    let job = Job::new(move || send.send(thread::current().id()).unwrap());
    Tokio::from(runtime.handle().clone()).spawn_blocking(job).unwrap();
    assert_ne!(receive.recv().unwrap(), thread::current().id());
}

#[test]
fn outside_of_tokio_there_is_no_current_one() {
    assert!(Tokio::try_current().is_err());
}

#[test]
#[should_panic(expected = "no reactor running")]
fn outside_of_tokio_asking_for_the_current_one_panics() {
    let _ = Tokio::current();
}

/// A task that counts itself, and is not `Send`.
fn counting(count: &Rc<Cell<usize>>) -> LocalTask {
    let count = Rc::clone(count);
    LocalTask::new(async move { count.set(count.get() + 1) })
}

#[test]
fn here_is_the_local_set_around() {
    let ran = Rc::new(Cell::new(0));
    let set = LocalSet::new();
    let _inside = set.enter();
    TokioHere.spawn_local(counting(&ran)).unwrap();
    TokioLocal(&set).spawn_local(counting(&ran)).unwrap();
    assert_eq!(ran.get(), 0);
    paused().block_on(set);
    assert_eq!(ran.get(), 2);
}

#[test]
fn here_is_the_local_runtime_around() {
    let ran = Rc::new(Cell::new(0));
    let runtime = Builder::new_current_thread().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        TokioHere.spawn_local(counting(&ran)).unwrap();
        assert_eq!(ran.get(), 0);
        tokio::task::yield_now().await;
        assert_eq!(ran.get(), 1);
    });
}

#[test]
fn a_task_for_here_comes_back_whole_where_there_is_no_local_set() {
    let ran = Rc::new(Cell::new(0));
    let refused = TokioHere.spawn_local(counting(&ran)).unwrap_err();
    assert_eq!(refused.why, Why::NoContext);
    block_on(refused.refused);
    paused().block_on(async {
        let refused = TokioHere.spawn_local(counting(&ran)).unwrap_err();
        assert_eq!(refused.why, Why::NoContext);
        refused.refused.await;
    });
    assert_eq!(ran.get(), 2);
}

// trap: T19
#[test]
fn a_local_set_that_is_dropped_drops_its_tasks() {
    let set = LocalSet::new();
    let ran = Rc::new(Cell::new(0));
    TokioLocal(&set).spawn_local(counting(&ran)).unwrap();
    {
        let _inside = set.enter();
        TokioHere.spawn_local(counting(&ran)).unwrap();
    }
    assert_eq!(Rc::strong_count(&ran), 3);
    drop(set);
    assert_eq!((Rc::strong_count(&ran), ran.get()), (1, 0));
}
