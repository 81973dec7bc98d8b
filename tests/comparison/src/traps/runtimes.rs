//! On tokio: its own `JoinSet`, and its budget for a task. T2, T3, T6, T8, T13, T14, T18, T19.

use crate::{said::Said, sets::Set};
use ringfence_test::{Controller, Probe};
use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Mutex,
    task::{JoinSet, coop, yield_now},
    time::sleep,
};

/// A runtime on this thread, with a clock that does not wait.
pub(super) fn runtime() -> Runtime {
    let builder = &mut Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("nothing is asked of the system")
}

/// A set of three tasks that were polled, and are pending.
async fn polled() -> (JoinSet<u32>, Vec<Controller<u32>>) {
    let children: Vec<_> = (0..3).map(|_| Probe::pending()).collect();
    let controls = children.iter().map(Probe::controller).collect();
    let set = children.into_iter().collect();
    yield_now().await;
    (set, controls)
}

fn all_dropped(controls: &[Controller<u32>]) -> Said {
    Said::fine_if(
        controls.iter().all(|control| control.drops() == 1),
        "dropped later, by the runtime",
    )
}

pub(super) fn unwinding() -> Said {
    runtime().block_on(async {
        let (set, controls) = polled().await;
        let _ = catch_unwind(AssertUnwindSafe(move || {
            let _set = set;
            panic!("as planned");
        }));
        all_dropped(&controls)
    })
}

pub(super) fn given_up() -> Said {
    runtime().block_on(async {
        let (set, controls) = polled().await;
        drop(set);
        all_dropped(&controls)
    })
}

const MANY: u32 = 10_000;

/// Takes two units of the budget, and counts its polls.
pub(super) struct Costly {
    polls: Arc<AtomicU32>,
    taking: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Costly {
    fn new(polls: Arc<AtomicU32>) -> Self {
        let taking = Box::pin(async {
            coop::consume_budget().await;
            coop::consume_budget().await;
        });
        Self { polls, taking }
    }
}

impl Future for Costly {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.fetch_add(1, Relaxed);
        self.taking.as_mut().poll(cx)
    }
}

fn polls_of_each(polls: &AtomicU32) -> Said {
    let each = f64::from(polls.load(Relaxed)) / f64::from(MANY);
    Said::fine_if(each < 2.5, &format!("{each:.0} of each"))
}

pub(super) fn budget<S: Set<Costly>>() -> Said {
    let polls = Arc::new(AtomicU32::new(0));
    let mut set = S::empty();
    (0..MANY).for_each(|_| set.push(Costly::new(polls.clone())));
    runtime().block_on(async { while poll_fn(|cx| set.poll_next(cx)).await.is_some() {} });
    polls_of_each(&polls)
}

pub(super) fn budget_of_tasks() -> Said {
    let polls = Arc::new(AtomicU32::new(0));
    runtime().block_on(async {
        let mut set: JoinSet<_> = (0..MANY).map(|_| Costly::new(polls.clone())).collect();
        while set.join_next().await.is_some() {}
    });
    polls_of_each(&polls)
}

pub(super) fn panics() -> Said {
    runtime().block_on(async {
        let mut set = JoinSet::new();
        set.spawn(async { 1 });
        set.spawn(async { panic!("as planned") });
        set.spawn(async {
            sleep(Duration::from_millis(1)).await;
            3
        });
        let mut ends = 0;
        while let Some(end) = set.join_next().await {
            ends += usize::from(end.is_ok());
        }
        Said::fine_if(ends == 2, "loses a result")
    })
}

pub(super) fn overlap() -> Said {
    runtime().block_on(async {
        let steps = Arc::new(AtomicU32::new(0));
        let mut set: JoinSet<_> = (0..2)
            .map(|child| {
                let steps = steps.clone();
                async move {
                    for _ in 0..=3 * child {
                        sleep(Duration::from_millis(10)).await;
                        steps.fetch_add(1, Relaxed);
                    }
                }
            })
            .collect();
        set.join_next().await;
        let before = steps.load(Relaxed);
        sleep(Duration::from_millis(100)).await;
        Said::fine_if(steps.load(Relaxed) > before, "they stand still")
    })
}

pub(super) fn lock() -> Said {
    runtime().block_on(async {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone().lock_owned().await;
        let mut set = JoinSet::new();
        let queued = lock.clone();
        set.spawn(async move { drop(queued.lock().await) });
        set.spawn(async {});
        yield_now().await;
        set.join_next().await;
        drop(held);
        drop(lock.lock().await);
        Said::Fine
    })
}

pub(super) fn next_given_up() -> Said {
    runtime().block_on(async {
        let (mut set, controls) = polled().await;
        let mut ends = 0;
        for control in controls {
            let mut wait = Box::pin(set.join_next());
            let polled = poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_ready())).await;
            drop(wait);
            control.complete(1);
            ends += usize::from(!polled && set.join_next().await.is_some());
        }
        Said::fine_if(ends == 3, "loses a result")
    })
}

pub(super) fn gone() -> Said {
    let runtime = runtime();
    let mut set = JoinSet::new();
    set.spawn_on(std::future::pending::<()>(), runtime.handle());
    let handle = runtime.handle().clone();
    drop(runtime);
    set.spawn_on(async {}, &handle);
    let ends = futures::executor::block_on(async {
        let mut ends = Vec::new();
        while let Some(end) = set.join_next().await {
            ends.push(end.is_err_and(|error| error.is_cancelled()));
        }
        ends
    });
    Said::fine_if(ends == [true, true], "not as cancelled")
}
