//! A vector of children that may fail: the values in order, or the first failure.

use std::hint::black_box;
use std::time::Instant;

use super::{DECADES, PER_CHILD, of_many, sweep};
use crate::child::Tries;
use crate::contender::{TryGather, TryGatherWorkload, try_gathers};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::row::{Area, Row};
use crate::targets::Must::BeatBest;

pub(super) const AREA: Area =
    Area { name: "try_gather", title: "try_gather: values in order, or the first failure", rows };

/// Which child fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fails {
    Nobody,
    Middle,
}

/// Makes a vector of `n` ready children and gathers it.
#[derive(Clone, Copy)]
struct TryAll {
    n: usize,
    fails: Fails,
}

impl TryGatherWorkload for TryAll {
    fn measure<C: TryGather>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    let n = black_box(self.n);
                    let failing = if self.fails == Fails::Middle { n / 2 } else { n };
                    let children = (0..n).map(|place| Tries { fails: place == failing });
                    let end = C::try_gather(children.collect()).await;
                    assert_eq!(black_box(end).is_ok(), self.fails == Fails::Nobody);
                }
                start.elapsed()
            })
        })
    }
}

fn rows() -> Vec<Row> {
    let musts = || of_many([BeatBest(1.3)]);
    let all = |n| try_gathers(TryAll { n, fails: Fails::Nobody });
    let middle = |n| try_gathers(TryAll { n, fails: Fails::Middle });
    let mut rows = sweep("try_gather, all succeed", PER_CHILD, &DECADES, musts(), all);
    rows.extend(sweep("try_gather, middle one fails", PER_CHILD, &DECADES, musts(), middle));
    rows
}
