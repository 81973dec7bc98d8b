//! Children on a runtime: tokio's tasks, awaited by whoever stands for them.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::time::Instant;

use ringfence_core::{JoinSet, gather, remote, scope};
use ringfence_tokio::Tokio;
use tokio::runtime::{Builder, Runtime};

use super::row;
use crate::contender::OURS;
use crate::harness::{Cell, Measure, Row, Table};
use crate::targets::Must;

const JOIN_SET: &str = "tokio JoinSet";
const HANDLES: &str = "tokio::spawn";
const SCOPE: &str = "our scope";
const SET: &str = "our JoinSet";

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
    crate::child::Yields(yields).await + value
}

/// Every contender, over children that yield so many times.
fn cells(threads: Threads, children: usize, yields: u64) -> Vec<Cell> {
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
    let gathered = move |n| async move {
        let rt = Tokio::current();
        let children: Vec<_> = (0..n as u64).map(|at| remote(&rt, work(yields, at))).collect();
        gather(children).await.into_iter().sum()
    };
    let set = move |n| async move {
        let rt = Tokio::current();
        let mut set = JoinSet::with_capacity(n);
        set.extend((0..n as u64).map(|at| remote(&rt, work(yields, at))));
        let mut sum = 0;
        while let Some((_, outcome)) = set.next().await {
            sum += outcome.ok().expect("no child panics");
        }
        sum
    };
    let scoped = move |n| async move {
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
    vec![
        cell(JOIN_SET, threads, children, join_set),
        cell(HANDLES, threads, children, handles),
        cell(OURS, threads, children, gathered),
        cell(SET, threads, children, set),
        cell(SCOPE, threads, children, scoped),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    const N: usize = 1_000;
    const FEW: usize = 10;
    // At most 1.1 times the peer's.
    let must = [Must::Beat(JOIN_SET, 1.0 / 1.1)];
    let table = Table::Remote;
    vec![
        row(table, "remote: spawn, await; one thread", FEW, must, || cells(Threads::One, FEW, 0)),
        row(table, "remote: spawn, await; one thread", N, must, || cells(Threads::One, N, 0)),
        row(table, "remote: yield twice; one thread", N, must, || cells(Threads::One, N, 2)),
        row(table, "remote: spawn, await; two threads", N, must, || cells(Threads::Two, N, 0)),
        row(table, "remote: yield twice; two threads", N, must, || cells(Threads::Two, N, 2)),
    ]
}
