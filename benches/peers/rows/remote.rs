//! Children on a runtime: tokio's tasks, awaited by whoever stands for them.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::time::Instant;

use ringfence_core::{gather, remote, scope};
use ringfence_tokio::Tokio;
use tokio::runtime::{Builder, Runtime};

use super::{PER_CHILD, sweep};
use crate::child::Yields;
use crate::contender::{BOUND, Handle, OURS, Places};
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::targets::Must;

pub(super) const AREA: Area = Area { name: "remote", title: "Children on a runtime", rows };

const JOIN_SET: &str = "tokio JoinSet";
const HANDLES: &str = "tokio::spawn";

/// The runtimes.
#[derive(Clone, Copy)]
enum Threads {
    /// The one that awaits.
    One,
    /// Two that run tasks, beside the one that awaits.
    Two,
}

impl Threads {
    fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::One => Builder::new_current_thread(),
            Self::Two => Builder::new_multi_thread(),
        };
        builder.worker_threads(2).build().expect("a runtime without drivers asks for threads only")
    }
}

/// One contender: `children` children are begun, and all are awaited. In a task, as it would be
/// done in a program.
fn cell<F>(
    contender: &'static str,
    threads: Threads,
    children: usize,
    all: impl Fn(usize) -> F + Send + Clone + 'static,
) -> Cell
where
    F: Future<Output = u64> + Send + 'static,
{
    let runtime = threads.runtime();
    let run = move |iterations| {
        let all = all.clone();
        let timed = runtime.spawn(async move {
            let start = Instant::now();
            for _ in 0..iterations {
                black_box(all(black_box(children)).await);
            }
            start.elapsed()
        });
        runtime.block_on(timed).expect("no child panics")
    };
    let measure = match threads {
        Threads::One => Measure::time(children, run),
        Threads::Two => Measure::time_of_two_threads(children, run),
    };
    Cell { contender, measure }
}

/// What a child does: it yields so many times.
async fn work(yields: u64, value: u64) -> u64 {
    Yields(yields).await + value
}

/// The peers, over children that yield so many times.
fn peers(threads: Threads, children: usize, yields: u64) -> Vec<Cell> {
    let join_set = move |n| async move {
        let mut set = tokio::task::JoinSet::new();
        (0..n as u64).for_each(|at| drop(set.spawn(work(yields, at))));
        let mut sum = 0;
        while let Some(value) = set.join_next().await {
            sum += value.expect("no child panics");
        }
        sum
    };
    let handles = move |n| async move {
        let handles: Vec<_> = (0..n as u64).map(|at| tokio::spawn(work(yields, at))).collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await.expect("no child panics");
        }
        sum
    };
    vec![cell(HANDLES, threads, children, handles), cell(JOIN_SET, threads, children, join_set)]
}

/// Ours is a `gather` of remote children.
fn gathered(threads: Threads, children: usize, yields: u64) -> Vec<Cell> {
    let ours = move |n| async move {
        let rt = Tokio::current();
        let children: Vec<_> = (0..n as u64).map(|at| remote(&rt, work(yields, at))).collect();
        gather(children).await.into_iter().sum()
    };
    let places = Places::leak(children);
    let bound =
        move |n| async move { places.gather((0..n as u64).map(|at| work(yields, at))).await.sum() };
    let mut cells = peers(threads, children, yields);
    cells.push(cell(OURS, threads, children, ours));
    cells.push(cell(BOUND, threads, children, bound));
    cells
}

/// Ours is a scope, whose body awaits the handles.
fn scoped(threads: Threads, children: usize, yields: u64) -> Vec<Cell> {
    let ours = move |n| async move {
        let rt = Tokio::current();
        let whole = scope(async |s| -> Result<u64, Infallible> {
            let child = |at| {
                let child = work(yields, at);
                s.spawn_on(&rt, async move { Ok(child.await) })
            };
            let handles: Vec<_> = (0..n as u64).map(child).collect();
            let mut sum = 0;
            for handle in handles {
                sum += handle.await;
            }
            Ok(sum)
        });
        whole.await.unwrap_or(0)
    };
    let bound = move |n| async move {
        let handles: Vec<_> = (0..n as u64).map(|at| Handle::spawn(work(yields, at))).collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await;
        }
        sum
    };
    let mut cells = peers(threads, children, yields);
    cells.push(cell(OURS, threads, children, ours));
    cells.push(cell(BOUND, threads, children, bound));
    cells
}

/// Each is awaited before the next is begun. Ours is a remote child by itself.
fn one_by_one(threads: Threads, children: usize) -> Vec<Cell> {
    let join_set = |n| async move {
        let mut set = tokio::task::JoinSet::new();
        let mut sum = 0;
        for at in 0..n as u64 {
            set.spawn(work(0, at));
            if let Some(value) = set.join_next().await {
                sum += value.expect("no child panics");
            }
        }
        sum
    };
    let handle = |n| async move {
        let mut sum = 0;
        for at in 0..n as u64 {
            sum += tokio::spawn(work(0, at)).await.expect("no child panics");
        }
        sum
    };
    let ours = |n| async move {
        let rt = Tokio::current();
        let mut sum = 0;
        for at in 0..n as u64 {
            sum += remote(&rt, work(0, at)).await;
        }
        sum
    };
    let bound = |n| async move {
        let mut sum = 0;
        for at in 0..n as u64 {
            sum += Handle::spawn(work(0, at)).await;
        }
        sum
    };
    vec![
        cell(HANDLES, threads, children, handle),
        cell(JOIN_SET, threads, children, join_set),
        cell(OURS, threads, children, ours),
        cell(BOUND, threads, children, bound),
    ]
}

fn rows() -> Vec<Row> {
    use Threads::{One, Two};
    const SIZES: [usize; 3] = [10, 100, 1_000];
    // At most 1.1 times what the peer takes.
    let must = |_| [Must::Beat(JOIN_SET, 0.91)];
    let workloads = [
        sweep("remote: one by one; one thread", PER_CHILD, &SIZES, must, |n| one_by_one(One, n)),
        sweep("remote: one by one; two threads", PER_CHILD, &SIZES, must, |n| one_by_one(Two, n)),
        sweep("remote: gather; one thread", PER_CHILD, &SIZES, must, |n| gathered(One, n, 0)),
        sweep("remote: gather, yield twice; one thread", PER_CHILD, &SIZES, must, |n| {
            gathered(One, n, 2)
        }),
        sweep("remote: gather; two threads", PER_CHILD, &SIZES, must, |n| gathered(Two, n, 0)),
        sweep("remote: scope, by handle; one thread", PER_CHILD, &SIZES, must, |n| {
            scoped(One, n, 0)
        }),
        sweep("remote: scope, by handle; two threads", PER_CHILD, &SIZES, must, |n| {
            scoped(Two, n, 0)
        }),
    ];
    workloads.into_iter().flatten().collect()
}
