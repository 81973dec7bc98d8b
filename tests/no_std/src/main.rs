//! Runs the core without `std`: it exits with zero if all went as it should.
#![no_std]
#![no_main]

extern crate alloc;

mod host;

use alloc::{collections::VecDeque, rc::Rc};
use core::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, Waker},
};
use ringfence_core::{
    JoinSet, gather, race_ok,
    rt::{LocalTask, Refused, SpawnLocal, Why},
    until, wait,
};

/// A runtime that polls all its tasks, round by round, until they have ended.
struct Rounds {
    tasks: RefCell<VecDeque<LocalTask>>,
    room: usize,
}

impl SpawnLocal for Rounds {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        let mut tasks = self.tasks.borrow_mut();
        if tasks.len() == self.room {
            return Err(Refused { why: Why::Shutdown, refused: task });
        }
        tasks.push_back(task);
        Ok(())
    }
}

impl Rounds {
    fn run(&self) {
        let mut cx = Context::from_waker(Waker::noop());
        // Taken out before it is polled: a task may spawn.
        while let Some(mut task) = { self.tasks.borrow_mut().pop_front() } {
            if pin!(&mut task).poll(&mut cx).is_pending() {
                self.tasks.borrow_mut().push_back(task);
            }
        }
    }
}

/// Is pending `times` times.
async fn yields(mut times: usize) {
    poll_fn(|_| match times {
        0 => Poll::Ready(()),
        _ => {
            times -= 1;
            Poll::Pending
        }
    })
    .await;
}

fn tasks_run_to_their_end_and_are_refused_with_a_reason() {
    let rounds = Rounds { tasks: RefCell::default(), room: 3 };
    let sum = Rc::new(Cell::new(0));
    for number in 1..=3 {
        let sum = Rc::clone(&sum);
        let task = LocalTask::new(async move {
            yields(number).await;
            sum.set(sum.get() + number);
        });
        assert!(rounds.spawn_local(task).is_ok());
    }
    let refused = rounds.spawn_local(LocalTask::new(async {})).unwrap_err();
    assert_eq!(refused.why, Why::Shutdown);
    rounds.run();
    assert_eq!(sum.get(), 6);
}

/// Yields, so that the set is told that its child wants to be polled again.
async fn yields_and_returns(times: usize) -> Result<usize, usize> {
    let mut left = times;
    poll_fn(|cx| match left {
        0 => Poll::Ready(()),
        _ => {
            left -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
    if times % 2 == 0 { Ok(times) } else { Err(times) }
}

/// Polls a future that always wakes its parent until it has ended.
fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

fn verbs_and_sets_drive_their_children() {
    let (first, second) = drive(gather((yields_and_returns(3), yields_and_returns(2))));
    assert_eq!((first, second), (Err(3), Ok(2)));
    assert_eq!(drive(race_ok((1..100).map(yields_and_returns)).limit(3)), Ok(2));
    let waited = drive(wait((0..100).map(yields_and_returns), until::FirstFailure));
    assert_eq!(waited.done.len() + waited.pending.len(), 100);

    let mut set: JoinSet<_> = (0..100).map(yields_and_returns).collect();
    let mut ended = 0;
    while let Some((_, outcome)) = drive(set.next()) {
        assert!(outcome.is_completed());
        ended += 1;
    }
    assert_eq!(ended, 100);
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    tasks_run_to_their_end_and_are_refused_with_a_reason();
    verbs_and_sets_drive_their_children();
    0
}
