//! One event wakes all children.

use super::gated::{Event, Wakes};
use super::{DECADES, PER_CHILD, of_many, sweep};
use crate::contender::{Bound, sets_beside};
use crate::row::{Area, Row};
use crate::targets::Must::BeatBest;

pub(super) const AREA: Area =
    Area { name: "broadcast", title: "Broadcast: one event wakes all", rows };

fn rows() -> Vec<Row> {
    sweep("one event wakes all", PER_CHILD, &DECADES, of_many([BeatBest(3.0)]), |n| {
        let workload = Wakes { n, wakes: n, event: Event::All };
        sets_beside::<Bound>(n, workload)
    })
}
