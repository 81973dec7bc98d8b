//! Executors and timers of hyper.
#![cfg(feature = "hyper")]

use hyper::rt::{Executor, Timer as _};
use ringfence::{
    block_on,
    interop::{FromHyper, ToHyper, ToHyperLocal},
    rt::{self, Embedded, LocalTask, Refused, Sleeping, Spawn, SpawnLocal, Task, Timer, Why},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

/// A spawner that keeps its tasks, or refuses them all.
#[derive(Clone, Default)]
struct Queue {
    closed: bool,
    tasks: Arc<Mutex<Vec<Task>>>,
}

impl Queue {
    fn run(&self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        tasks.into_iter().for_each(block_on);
    }
}

impl Spawn for Queue {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        if self.closed {
            return Err(Refused { why: Why::Shutdown, refused: task });
        }
        self.tasks.lock().unwrap().push(task);
        Ok(())
    }
}

#[test]
fn an_executor_may_go_there_and_back() {
    let queue = Queue::default();
    let (send, receive) = mpsc::channel();
    let task = Task::new(async move { send.send(1).unwrap() });
    FromHyper(ToHyper(queue.clone())).spawn(task).unwrap();
    assert!(receive.try_recv().is_err());
    queue.run();
    assert_eq!(receive.try_recv(), Ok(1));
}

#[test]
fn the_runtime_in_force_is_an_executor_of_hyper() {
    fn execute(executor: &impl Executor<std::future::Ready<u8>>) {
        executor.execute(std::future::ready(1));
    }
    // Here is none. That it compiles is what counts.
    assert!(rt::current().map(|rt| execute(&ToHyper(rt))).is_err());
}

#[test]
fn what_is_refused_is_dropped() {
    let (send, receive) = mpsc::channel::<()>();
    let closed = Queue { closed: true, ..Queue::default() };
    ToHyper(closed).execute(async move { send.send(()) });
    assert_eq!(receive.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[derive(Clone, Default)]
struct LocalQueue(Rc<RefCell<Vec<LocalTask>>>);

impl SpawnLocal for LocalQueue {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        self.0.borrow_mut().push(task);
        Ok(())
    }
}

#[test]
fn a_local_executor_may_go_there_and_back() {
    let queue = LocalQueue::default();
    let ran = Rc::new(Cell::new(false));
    let seen = Rc::clone(&ran);
    let task = LocalTask::new(async move { seen.set(true) });
    FromHyper(ToHyperLocal(queue.clone())).spawn_local(task).unwrap();
    assert!(!ran.get());
    queue.0.take().into_iter().for_each(block_on);
    assert!(ran.get());
}

/// A clock that stands, and whose waits tell their deadline and end at once.
struct Standing {
    now: Instant,
    asked: mpsc::Sender<Duration>,
}

impl Timer for Standing {
    fn now(&self) -> Instant {
        self.now
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        self.asked.send(deadline - self.now).unwrap();
        Box::pin(async {})
    }
}

#[test]
fn hyper_waits_by_our_clock() {
    let (asked, told) = mpsc::channel();
    let now = Embedded.now();
    let timer = ToHyper(Standing { now, asked });
    assert_eq!(hyper::rt::Timer::now(&timer), now);
    block_on(timer.sleep(Duration::from_secs(60)));
    block_on(timer.sleep_until(now + Duration::from_secs(5)));
    assert_eq!([told.recv(), told.recv()], [60, 5].map(Duration::from_secs).map(Ok));
}

#[test]
fn a_wait_longer_than_time_does_not_panic() {
    let (asked, told) = mpsc::channel();
    drop(ToHyper(Standing { now: Embedded.now(), asked }).sleep(Duration::MAX));
    assert!(told.recv().is_ok());
}
