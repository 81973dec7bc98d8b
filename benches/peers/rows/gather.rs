//! A vector of children, their outputs in order.

use std::hint::black_box;
use std::time::Instant;

use super::{DECADES, PER_CHILD, of_many, sweep};
use crate::child::{Child, Ready, Yields};
use crate::contender::{Gather, GatherWorkload, JoinAll, gathers};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::row::{Area, Row};
use crate::targets::Must::{Beat, BeatBest};

pub(super) const AREA: Area =
    Area { name: "gather", title: "Gather: a vector of children, outputs in order", rows };

/// Makes a vector of `n` children and gathers it.
#[derive(Clone, Copy)]
pub(super) struct GatherAll<M> {
    pub(super) n: usize,
    pub(super) child: M,
}

impl<F: Child, M: Fn(usize) -> F + Copy + 'static> GatherWorkload for GatherAll<M> {
    fn measure<C: Gather>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    let children = (0..black_box(self.n)).map(self.child).collect();
                    black_box(C::gather(children).await);
                }
                start.elapsed()
            })
        })
    }
}

fn rows() -> Vec<Row> {
    let musts = || of_many([BeatBest(1.3), Beat(<JoinAll as Gather>::NAME, 5.0)]);
    let ready = |n| gathers(GatherAll { n, child: |place| Ready(place as u64) });
    let yields = |n| gathers(GatherAll { n, child: |_| Yields(1) });
    let mut rows = sweep("gather, ready", PER_CHILD, &DECADES, musts(), ready);
    rows.extend(sweep("gather, each yields once", PER_CHILD, &DECADES, musts(), yields));
    rows
}
