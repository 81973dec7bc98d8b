//! Spawners of the `futures` crates.
#![cfg(feature = "futures")]

use futures::{
    executor::LocalPool,
    task::{FutureObj, LocalSpawnExt, SpawnError, SpawnExt},
};
use ringfence::{
    interop::{FromFutures, ToFutures},
    rt::{LocalTask, Refused, Spawn, SpawnLocal, Task, Why},
};
use std::{
    cell::Cell,
    rc::Rc,
    sync::{Arc, Mutex, mpsc},
};

/// A spawner of theirs that keeps its tasks, until it is closed.
#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Option<Vec<FutureObj<'static, ()>>>>>);

impl Queue {
    fn open() -> Self {
        Self(Arc::new(Mutex::new(Some(Vec::new()))))
    }
}

impl futures::task::Spawn for Queue {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let mut tasks = self.0.lock().unwrap();
        tasks.as_mut().ok_or_else(SpawnError::shutdown)?.push(future);
        Ok(())
    }
}

#[test]
fn a_spawner_for_any_thread_may_go_there_and_back() {
    let queue = Queue::open();
    let spawner = ToFutures(FromFutures(queue.clone()));
    let (send, receive) = mpsc::channel();
    let other = send.clone();
    SpawnExt::spawn(&spawner, async move { send.send(1).unwrap() }).unwrap();
    let task = Task::new(async move { other.send(2).unwrap() });
    Spawn::spawn(&FromFutures(spawner), task).unwrap();
    let tasks = queue.0.lock().unwrap().take().unwrap();
    tasks.into_iter().for_each(ringfence::block_on);
    assert_eq!(receive.iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_spawner_that_says_too_late_that_it_is_closed_drops_the_task() {
    let (send, receive) = mpsc::channel::<()>();
    let task = Task::new(async move { send.send(()).unwrap() });
    FromFutures(Queue::default()).spawn(task).unwrap();
    assert_eq!(receive.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_refusal_of_ours_is_an_error_of_theirs() {
    struct Closed;

    impl Spawn for Closed {
        fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
            Err(Refused { why: Why::Shutdown, refused: task })
        }
    }

    assert!(SpawnExt::spawn(&ToFutures(Closed), async {}).unwrap_err().is_shutdown());
}

#[test]
fn a_spawner_may_go_there_and_back() {
    let mut pool = LocalPool::new();
    let ran = Rc::new(Cell::new(0));
    let spawner = ToFutures(FromFutures(pool.spawner()));
    let seen = Rc::clone(&ran);
    spawner.spawn_local(async move { seen.set(seen.get() + 1) }).unwrap();
    let seen = Rc::clone(&ran);
    SpawnLocal::spawn_local(
        &FromFutures(spawner),
        LocalTask::new(async move { seen.set(seen.get() + 1) }),
    )
    .unwrap();
    pool.run();
    assert_eq!(ran.get(), 2);
}

#[test]
fn a_closed_spawner_gives_the_task_back() {
    let pool = LocalPool::new();
    let spawner = FromFutures(pool.spawner());
    drop(pool);
    let ran = Rc::new(Cell::new(false));
    let seen = Rc::clone(&ran);
    let refused = spawner.spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap_err();
    futures::executor::block_on(refused.refused);
    assert!(ran.get());
}
