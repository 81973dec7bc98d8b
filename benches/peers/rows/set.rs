//! Sets whose children need nobody else: they are ready, or wake themselves.

use std::hint::black_box;
use std::time::Instant;

use super::gather::GatherAll;
use super::{DECADES, PER_CHILD, of_many, sweep};
use crate::child::{Child, Ready, Yields};
use crate::contender::{
    Bound, FuturesUnordered, Moro, Set, SetFamily, SetWorkload, gather, sets_beside,
};
use crate::drive::Drive;
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::steps::drain;
use crate::targets::Must::{Beat, BeatBest};

pub(super) const AREA: Area =
    Area { name: "set", title: "Sets: children that are ready, or wake themselves", rows };

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

/// Every set, moro's nursery, and the bound.
fn run_all<F: Child>(n: usize, child: impl Fn(usize) -> F + Copy + 'static) -> Vec<Cell> {
    let mut cells = sets_beside::<Bound>(n, RunAll { n, child });
    // A nursery has no set to take from: its children are awaited through their handles.
    cells.push(gather::<Moro>(GatherAll { n, child }));
    cells
}

fn rows() -> Vec<Row> {
    let musts = || of_many([BeatBest(3.0), Beat(FuturesUnordered::NAME, 5.0)]);
    let ready = |n| run_all(n, |at| Ready(at as u64));
    let workloads = [
        sweep("insert + take ready", PER_CHILD, &DECADES, musts(), ready),
        sweep("yield once", PER_CHILD, &DECADES, musts(), |n| run_all(n, |_| Yields(1))),
        sweep("yield ten times", PER_CHILD, &DECADES, musts(), |n| run_all(n, |_| Yields(10))),
    ];
    workloads.into_iter().flatten().collect()
}
