//! Sets whose children need nobody else: ready, yielding, churning, dropped.

use std::future::poll_fn;
use std::hint::black_box;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use super::gather::GatherAll;
use super::row;
use super::steps::{drain, settle};
use crate::child::{Child, Never, Ready, Yields, drops, polls};
use crate::contender::{
    Bound, FuturesUnordered, Moro, Set, SetFamily, SetWorkload, gather, set, sets,
};
use crate::drive::Drive;
use crate::harness::{Cell, Measure, Row, Table};
use crate::targets::Must::{Beat, BeatBest};

/// A new set, `n` children inserted, all their outputs taken, the set dropped.
#[derive(Clone, Copy)]
struct RunAll<M> {
    n: usize,
    child: M,
}

impl<F: Child, M: Fn(usize) -> F + Copy + 'static> SetWorkload for RunAll<M> {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    let mut set = C::Set::<F>::with_capacity(self.n);
                    for child in 0..black_box(self.n) {
                        set.insert((self.child)(child));
                    }
                    drain(&mut set).await;
                }
                start.elapsed()
            })
        })
    }
}

/// A full window: whenever a child ends, another comes.
#[derive(Clone, Copy)]
struct Churn {
    window: usize,
}

impl SetWorkload for Churn {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        let mut filled = None;
        Measure::time(self.window, move |iterations| {
            let ends = iterations * self.window as u64;
            drive.block_on(async {
                let set = filled.get_or_insert_with(|| {
                    let mut set = C::Set::<Yields>::with_capacity(self.window);
                    (0..self.window).for_each(|_| set.insert(Yields(1)));
                    set
                });
                let start = Instant::now();
                let mut ended = 0;
                poll_fn(|cx| {
                    while ended < ends {
                        black_box(ready!(set.poll_next(cx)));
                        set.insert(Yields(1));
                        ended += 1;
                    }
                    Poll::Ready(start.elapsed())
                })
                .await
            })
        })
    }
}

/// The drop of a set of `n` children that pend, until the last of them is dropped.
#[derive(Clone, Copy)]
struct DropPending {
    n: usize,
}

impl SetWorkload for DropPending {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let mut timed = Duration::ZERO;
                for _ in 0..iterations {
                    let (polled, dropped) = (polls() + self.n, drops() + self.n);
                    let mut set = C::Set::<Never>::with_capacity(self.n);
                    (0..self.n).for_each(|_| set.insert(Never::default()));
                    settle(&mut set, || polls() >= polled).await;
                    let start = Instant::now();
                    drop(set);
                    // Tasks are only aborted with their set; their runtime drops them.
                    poll_fn(|cx| {
                        if drops() >= dropped {
                            return Poll::Ready(());
                        }
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    })
                    .await;
                    timed += start.elapsed();
                }
                timed
            })
        })
    }
}

/// The cells of a run of all children: every set, moro's nursery, and the bound.
fn run_all<F: Child>(
    n: usize,
    child: impl Fn(usize) -> F + Copy + 'static,
) -> impl FnOnce() -> Vec<Cell> {
    move || {
        let mut cells = sets(RunAll { n, child });
        // A nursery has no set to take from: its children are awaited through their handles.
        cells.push(gather::<Moro>(GatherAll { n, child }));
        cells.push(set::<Bound>(RunAll { n, child }));
        cells
    }
}

/// The cells of a workload that only sets can run, and the bound.
fn with_bound(workload: impl SetWorkload) -> impl FnOnce() -> Vec<Cell> {
    move || {
        let mut cells = sets(workload);
        cells.push(set::<Bound>(workload));
        cells
    }
}

pub(super) fn rows() -> Vec<Row> {
    const N: usize = 1_000;
    const WINDOW: usize = 10_000;
    let musts = [BeatBest(3.0), Beat(FuturesUnordered::NAME, 5.0)];
    let sets = Table::Sets;
    vec![
        row(sets, "insert + take ready", N, musts, run_all(N, |at| Ready(at as u64))),
        row(sets, "yield once", N, musts, run_all(N, |_| Yields(1))),
        row(sets, "yield ten times", N, musts, run_all(N, |_| Yields(10))),
        row(sets, "churn, yield once", WINDOW, musts, with_bound(Churn { window: WINDOW })),
        row(sets, "drop pending", WINDOW, [BeatBest(1.3)], with_bound(DropPending { n: WINDOW })),
    ]
}

/// The same with hardly any children.
pub(super) fn small() -> Vec<Row> {
    let small = |n| {
        [
            row(
                Table::Small,
                "set: insert + take ready",
                n,
                [BeatBest(1.0)],
                run_all(n, |at| Ready(at as u64)),
            ),
            row(Table::Small, "set: yield once", n, [BeatBest(1.0)], run_all(n, |_| Yields(1))),
        ]
    };
    [1, 10].into_iter().flat_map(small).collect()
}
