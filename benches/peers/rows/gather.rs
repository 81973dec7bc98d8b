//! A vector of children, their outputs in order.

use std::hint::black_box;
use std::time::Instant;

use super::row;
use crate::child::{Child, Failed, Ready, Tries, Yields};
use crate::contender::{
    Gather, GatherWorkload, JoinAll, TryGather, TryGatherWorkload, gathers, try_gathers,
};
use crate::drive::Drive;
use crate::harness::{Measure, Row, Table};
use crate::targets::Must::{Beat, BeatBest};

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

/// Makes a vector of `n` ready children, the middle one of which fails, and gathers it.
#[derive(Clone, Copy)]
struct MiddleFails {
    n: usize,
}

impl TryGatherWorkload for MiddleFails {
    fn measure<C: TryGather>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    let fails = black_box(self.n) / 2;
                    let children = (0..self.n).map(|place| Tries { fails: place == fails });
                    let end = C::try_gather(children.collect()).await;
                    assert!(matches!(black_box(end), Err(Failed)), "the middle one fails");
                }
                start.elapsed()
            })
        })
    }
}

pub(super) fn rows() -> Vec<Row> {
    const N: usize = 1_000;
    const JOIN_ALL: &str = <JoinAll as Gather>::NAME;
    let musts = [BeatBest(1.3), Beat(JOIN_ALL, 5.0)];
    vec![
        row(Table::Gathers, "gather ready", N, musts, || {
            gathers(GatherAll { n: N, child: |place| Ready(place as u64) })
        }),
        row(Table::Gathers, "gather, each yields once", N, musts, || {
            gathers(GatherAll { n: N, child: |_| Yields(1) })
        }),
        row(Table::Gathers, "try_gather, the middle one fails", N, [BeatBest(1.3)], || {
            try_gathers(MiddleFails { n: N })
        }),
    ]
}

/// The same with hardly any children.
pub(super) fn small() -> Vec<Row> {
    let small = |n| {
        [
            row(Table::Small, "gather: ready", n, [BeatBest(1.0)], move || {
                gathers(GatherAll { n, child: |place| Ready(place as u64) })
            }),
            row(Table::Small, "gather: yield once", n, [BeatBest(1.0)], move || {
                gathers(GatherAll { n, child: |_| Yields(1) })
            }),
        ]
    };
    [1, 10].into_iter().flat_map(small).collect()
}
