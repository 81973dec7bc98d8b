//! One child of many is woken by an event of this thread, and taken.

use std::cmp::min;

use super::gated::{Event, Wakes};
use super::{DECADES, of_many, sweep};
use crate::contender::{Bound, FuturesUnordered, SetFamily, sets_beside};
use crate::row::{Area, Row};
use crate::targets::Must::{Beat, BeatBest};

pub(super) const AREA: Area = Area { name: "wakes", title: "Wakes: one child of many", rows };

/// The name of the rows from which the growth of a wake's cost is told.
pub(crate) const ONE_BY_ONE: &str = "wake one of n, take it";

fn rows() -> Vec<Row> {
    let musts = of_many([BeatBest(1.3), Beat(FuturesUnordered::NAME, 2.0)]);
    sweep(ONE_BY_ONE, "ns per wake", &DECADES, musts, |n| {
        let workload = Wakes { n, wakes: min(n, 10_000), event: Event::One };
        sets_beside::<Bound>(n, workload)
    })
}
