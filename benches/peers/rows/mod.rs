//! The rows: what is measured, one file per area.

mod counts;
mod gather;
mod scope;
mod set;
mod sharded;
mod steps;
mod thread;
mod tuple;
pub(crate) mod wake;

use crate::harness::{Cell, Row, Table};
use crate::targets::Must;

/// Every row, in the order of the report.
pub(crate) fn all() -> Vec<Row> {
    let areas = [set::rows(), wake::rows(), thread::rows(), gather::rows(), set::small()];
    let rest = [gather::small(), tuple::rows(), scope::rows(), sharded::rows()];
    let rest = rest.into_iter().chain([counts::rows(), scope::counts()]);
    areas.into_iter().chain(rest).flatten().collect()
}

/// A row; its cells are built when its turn comes.
fn row(
    table: Table,
    name: &str,
    n: usize,
    musts: impl Into<Vec<Must>>,
    cells: impl FnOnce() -> Vec<Cell> + 'static,
) -> Row {
    Row { table, name: name.to_owned(), n, musts: musts.into(), cells: Box::new(cells) }
}
