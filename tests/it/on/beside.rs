//! A runtime whose tasks run beside a future, inside of the same poll.

use ringfence_core::rt::{Refused, Spawn, Task};
use ringfence_test::poll_once;
use std::{
    collections::VecDeque,
    future::Future,
    mem,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Poll, Wake, Waker},
};

/// Tasks that are polled in the order of their wakes, whenever the test or [`Beside::run`] does.
#[derive(Clone, Default)]
pub(super) struct Beside(Arc<Mutex<Tasks>>);

#[derive(Default)]
struct Tasks {
    /// By their numbers; none while it is polled, and once it has ended.
    tasks: Vec<Option<Task>>,
    ready: VecDeque<usize>,
    /// Whether the future beside them was woken.
    is_woken: bool,
    /// Who polls that future.
    parent: Option<Waker>,
}

/// Wakes a task, or the future beside the tasks.
struct Bell {
    beside: Beside,
    task: Option<usize>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let parent = {
            let mut tasks = self.beside.0.lock().unwrap();
            match self.task {
                Some(number) if tasks.ready.contains(&number) => {}
                Some(number) => tasks.ready.push_back(number),
                None => tasks.is_woken = true,
            }
            tasks.parent.clone()
        };
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

impl Beside {
    fn waker(&self, task: Option<usize>) -> Waker {
        Arc::new(Bell { beside: self.clone(), task }).into()
    }

    /// How many tasks there were.
    pub(super) fn spawned(&self) -> usize {
        self.0.lock().unwrap().tasks.len()
    }

    /// Polls the tasks that were woken, once each; returns whether there were any.
    pub(super) fn turn(&self) -> bool {
        let ready = mem::take(&mut self.0.lock().unwrap().ready);
        let any = !ready.is_empty();
        ready.into_iter().for_each(|number| self.poll(number));
        any
    }

    /// Polls the tasks until none is woken any more.
    pub(super) fn settle(&self) {
        while self.turn() {}
    }

    fn poll(&self, number: usize) {
        let Some(mut task) = self.0.lock().unwrap().tasks[number].take() else { return };
        if poll_once(Pin::new(&mut task), &self.waker(Some(number))).is_pending() {
            self.0.lock().unwrap().tasks[number] = Some(task);
        }
    }

    /// Drops a task that has not ended.
    pub(super) fn lose(&self, number: usize) {
        let task = self.0.lock().unwrap().tasks[number].take();
        drop(task.expect("it has not ended"));
    }

    /// Runs `future`, and the tasks whenever it is polled, until nobody is woken any more.
    pub(super) async fn run<F: Future>(self, future: F) -> F::Output {
        let mut future = pin!(future);
        self.0.lock().unwrap().is_woken = true;
        std::future::poll_fn(move |cx| {
            self.0.lock().unwrap().parent = Some(cx.waker().clone());
            loop {
                if mem::take(&mut self.0.lock().unwrap().is_woken) {
                    if let Poll::Ready(output) = poll_once(future.as_mut(), &self.waker(None)) {
                        return Poll::Ready(output);
                    }
                }
                if !self.turn() && !self.0.lock().unwrap().is_woken {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

impl Spawn for Beside {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        let mut tasks = self.0.lock().unwrap();
        let number = tasks.tasks.len();
        tasks.tasks.push(Some(task));
        tasks.ready.push_back(number);
        Ok(())
    }
}
