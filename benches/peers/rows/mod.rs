//! The rows: what is measured, one file per area.
//!
//! To add an area, put a file beside this one that has
//!
//! ```text
//! pub(super) const AREA: Area = Area { name: "limits", title: "Children with a limit", rows };
//!
//! fn rows() -> Vec<Row> {
//!     sweep("gather with a limit of 10", PER_CHILD, &DECADES, musts, |n| cells_of(n))
//! }
//! ```
//!
//! and name it below, in a `mod` line and in [`AREAS`]. Its table, its chart, its lines of the CSV
//! and the judging of its musts follow from that. What else there may be to add: a contender, in
//! `contender/` and with its colour in `columns.rs`; why a target is missed, in `reasons.rs`; what
//! one iteration is, in `docs/benchmarks.md`.

mod broadcast;
mod churn;
mod drop;
mod gated;
mod gather;
mod memory;
mod remote;
mod scope;
mod set;
mod sharded;
mod threads;
mod try_gather;
mod tuples;
pub(crate) mod wakes;

use crate::harness::Cell;
use crate::row::{Area, Row};
use crate::targets::Must;

/// Every area, in the order of the report.
pub(crate) const AREAS: [Area; 13] = [
    set::AREA,
    churn::AREA,
    wakes::AREA,
    broadcast::AREA,
    threads::AREA,
    drop::AREA,
    gather::AREA,
    try_gather::AREA,
    tuples::AREA,
    scope::AREA,
    remote::AREA,
    sharded::AREA,
    memory::AREA,
];

/// How many children, unless an area has reasons of its own.
const DECADES: [usize; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// The commonest unit.
const PER_CHILD: &str = "ns per child";

/// The rows of a workload with `sizes` children. Musts and cells are those of a size.
fn sweep<M: Into<Vec<Must>>>(
    workload: &'static str,
    unit: &'static str,
    sizes: &[usize],
    musts: impl Fn(usize) -> M,
    cells: impl Fn(usize) -> Vec<Cell> + Copy + 'static,
) -> Vec<Row> {
    let row = |&n: &usize| {
        let musts = musts(n).into();
        Row { workload, unit, n, musts, cells: Box::new(move || cells(n)) }
    };
    sizes.iter().map(row).collect()
}

/// The musts of a row of many children; of one child or ten, only that nobody is better.
fn of_many(musts: impl Into<Vec<Must>>) -> impl Fn(usize) -> Vec<Must> {
    let musts = musts.into();
    move |n| if n < 100 { vec![Must::BeatBest(1.0)] } else { musts.clone() }
}
