//! Children on a runtime: a task for each, and shards, beside what the runtimes have themselves.

use std::future::poll_fn;
use std::hint::black_box;
use std::sync::{Arc, LazyLock};
use std::task::Poll;
use std::thread;
use std::time::Instant;

use ringfence_async_std::AsyncStd;
use ringfence_core::gather;
use ringfence_core::rt::Spawn;
use ringfence_smol::{Smol, SmolExecutor};
use ringfence_tokio::Tokio;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::{DECADES, PER_CHILD, sweep};
use crate::child::Child;
use crate::contender::{self, BOUND, OURS, Places};
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::targets::Must::{self, Beat};

pub(super) const AREA: Area =
    Area { name: "sharded", title: "Children on a runtime of two threads", rows };

const THREADS: usize = 2;
const TOKIO: &str = "tokio::spawn";
const JOIN_SET: &str = "tokio JoinSet";

/// A runtime of [`THREADS`] threads.
trait Place: Spawn + Clone + 'static {
    fn new() -> Self;

    /// Runs a future to its end inside a task of the runtime.
    fn run<F: Future<Output: Send> + Send + 'static>(&self, future: F) -> F::Output;

    /// Spawns tasks as the runtime itself does, and awaits each.
    fn spawn_all<F: Future<Output = u64> + Send + 'static>(
        &self,
        children: impl Iterator<Item = F> + Send,
    ) -> impl Future<Output = u64> + Send;
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(THREADS).build().expect("threads"));

impl Place for Tokio {
    fn new() -> Self {
        Self::from(RUNTIME.handle().clone())
    }

    fn run<F: Future<Output: Send> + Send + 'static>(&self, future: F) -> F::Output {
        RUNTIME.block_on(RUNTIME.spawn(future)).expect("it does not panic")
    }

    async fn spawn_all<F: Future<Output = u64> + Send + 'static>(
        &self,
        children: impl Iterator<Item = F> + Send,
    ) -> u64 {
        let tasks: Vec<_> = children.map(tokio::spawn).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.expect("no child panics");
        }
        sum
    }
}

static EXECUTOR: LazyLock<Arc<smol::Executor<'static>>> = LazyLock::new(|| {
    let executor = Arc::new(smol::Executor::new());
    for _ in 0..THREADS {
        let executor = Arc::clone(&executor);
        thread::spawn(move || smol::block_on(executor.run(smol::future::pending::<()>())));
    }
    executor
});

impl Place for SmolExecutor {
    fn new() -> Self {
        Smol::with(Arc::clone(&EXECUTOR))
    }

    fn run<F: Future<Output: Send> + Send + 'static>(&self, future: F) -> F::Output {
        smol::block_on(EXECUTOR.spawn(future))
    }

    async fn spawn_all<F: Future<Output = u64> + Send + 'static>(
        &self,
        children: impl Iterator<Item = F> + Send,
    ) -> u64 {
        let tasks: Vec<_> = children.map(|child| EXECUTOR.spawn(child)).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await;
        }
        sum
    }
}

/// Its threads are as many as the machine has cores.
impl Place for AsyncStd {
    fn new() -> Self {
        Self
    }

    fn run<F: Future<Output: Send> + Send + 'static>(&self, future: F) -> F::Output {
        async_std::task::block_on(async_std::task::spawn(future))
    }

    async fn spawn_all<F: Future<Output = u64> + Send + 'static>(
        &self,
        children: impl Iterator<Item = F> + Send,
    ) -> u64 {
        let tasks: Vec<_> = children.map(async_std::task::spawn).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await;
        }
        sum
    }
}

/// How much a child has to do, in steps of a calculation.
#[derive(Clone, Copy)]
struct Work(u32);

impl Work {
    const NONE: Self = Self(0);
    /// About a microsecond.
    const LITTLE: Self = Self(700);

    fn child(self, n: u64) -> impl Child<Output = u64> {
        let step = |sum: u64, _| black_box(sum.rotate_left(5) ^ 0x9e37_79b9_7f4a_7c15);
        // Half of the bits, lest the sum of all children overflows.
        poll_fn(move |_| Poll::Ready((0..self.0).fold(n, step) & u64::from(u32::MAX)))
    }
}

/// Runs `once` again and again, inside the runtime.
fn cell<P: Place, F: Future<Output = u64> + Send>(
    contender: &'static str,
    n: usize,
    once: impl Fn(P) -> F + Clone + Send + 'static,
) -> Cell {
    let place = P::new();
    let measure = Measure::time_of_two_threads(n, move |iterations| {
        let (inside, once) = (place.clone(), once.clone());
        place.run(async move {
            let start = Instant::now();
            for _ in 0..iterations {
                black_box(once(inside.clone()).await);
            }
            start.elapsed()
        })
    });
    Cell { contender, measure }
}

fn spawned<P: Place>(contender: &'static str, n: usize, work: Work) -> Cell {
    cell(contender, n, move |place: P| async move {
        place.spawn_all((0..n as u64).map(move |n| work.child(n))).await
    })
}

fn tasks<P: Place>(contender: &'static str, n: usize, work: Work) -> Cell {
    cell(contender, n, move |place: P| async move {
        gather((0..n as u64).map(move |n| work.child(n))).on(&place).await.iter().sum()
    })
}

fn shards<P: Place>(contender: &'static str, n: usize, work: Work) -> Cell {
    cell(contender, n, move |place: P| async move {
        let all = gather((0..n as u64).map(move |n| work.child(n))).on(&place).sharded(THREADS);
        all.await.iter().sum()
    })
}

fn join_set(n: usize, work: Work) -> Cell {
    cell(JOIN_SET, n, move |_: Tokio| async move {
        let mut set: JoinSet<_> = (0..n as u64).map(|n| work.child(n)).collect();
        let mut sum = 0;
        while let Some(end) = set.join_next().await {
            sum += end.expect("no child panics");
        }
        sum
    })
}

/// The bound of a task each, on tokio.
fn bound_of_tasks(n: usize, work: Work) -> Cell {
    let places = Places::leak(n);
    cell(BOUND, n, move |_: Tokio| async move {
        places.gather((0..n as u64).map(move |n| work.child(n))).await.sum()
    })
}

/// The bound of shards, on tokio.
fn bound_of_shards(n: usize, work: Work) -> Cell {
    cell(BOUND, n, move |_: Tokio| async move {
        contender::shards(THREADS, n, move |n| work.child(n)).await.iter().sum()
    })
}

fn sharded(workload: &'static str, work: Work, musts: fn(usize) -> Vec<Must>) -> Vec<Row> {
    sweep(workload, PER_CHILD, &DECADES[..6], musts, move |n| {
        vec![
            spawned::<Tokio>(TOKIO, n, work),
            join_set(n, work),
            shards::<Tokio>(OURS, n, work),
            spawned::<SmolExecutor>("smol spawn", n, work),
            shards::<SmolExecutor>("ringfence, smol", n, work),
            spawned::<AsyncStd>("async-std spawn", n, work),
            shards::<AsyncStd>("ringfence, async-std", n, work),
            bound_of_shards(n, work),
        ]
    })
}

/// A task for each child, spawn to end.
fn remote() -> Vec<Row> {
    let work = Work::NONE;
    let musts = |_| [Beat(JOIN_SET, 0.91)];
    sweep("a task each, empty", PER_CHILD, &DECADES[..6], musts, move |n| {
        vec![
            spawned::<Tokio>(TOKIO, n, work),
            join_set(n, work),
            tasks::<Tokio>(OURS, n, work),
            spawned::<SmolExecutor>("smol spawn", n, work),
            tasks::<SmolExecutor>("ringfence, smol", n, work),
            spawned::<AsyncStd>("async-std spawn", n, work),
            tasks::<AsyncStd>("ringfence, async-std", n, work),
            bound_of_tasks(n, work),
        ]
    })
}

fn rows() -> Vec<Row> {
    let of_empty = |n| match n {
        10_000.. => vec![Beat(TOKIO, 10.0)],
        100.. => vec![Beat(TOKIO, 1.0)],
        _ => vec![],
    };
    let of_little = |n| if n < 100 { vec![] } else { vec![Beat(TOKIO, 1.0)] };
    let empty = sharded("shards, empty", Work::NONE, of_empty);
    let little = sharded("shards, a microsecond each", Work::LITTLE, of_little);
    empty.into_iter().chain(little).chain(remote()).collect()
}
