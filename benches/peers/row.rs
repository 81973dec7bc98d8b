//! Areas and their rows: what a file in `rows/` makes, and what becomes of it in a run.

use crate::contender::{BOUND, OURS};
use crate::effort::Effort;
use crate::harness::{Cell, Spread, Timing};
use crate::targets::Must;

/// A file in `rows/`: one chart, one table, one section of the report.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    /// Names its chart's file, and is a filter on the command line.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) rows: fn() -> Vec<Row>,
}

/// One workload with so many children, and how to build its cells.
pub(crate) struct Row {
    /// The same for all numbers of children; a panel of the chart.
    pub(crate) workload: &'static str,
    /// What a figure counts, as the chart's axis says it. The lower, the better.
    pub(crate) unit: &'static str,
    /// How many children.
    pub(crate) n: usize,
    pub(crate) musts: Vec<Must>,
    /// One at least. Called when the row's turn comes: cells may hold a great deal of memory.
    pub(crate) cells: Box<dyn FnOnce() -> Vec<Cell>>,
}

/// A row with its figures.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) workload: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) n: usize,
    pub(crate) musts: Vec<Must>,
    /// In the order of the cells.
    pub(crate) figures: Vec<(&'static str, Spread)>,
}

/// An area with its rows' figures.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Measured>,
}

impl Row {
    /// Measures every cell, one sample of each in turn, so that drift hits all alike.
    pub(crate) fn run(self, effort: Effort) -> Measured {
        let cells = (self.cells)().into_iter();
        let mut timings: Vec<_> = cells.map(|cell| Timing::new(cell, effort)).collect();
        for round in 0..effort.rounds {
            // Begins with another cell each time, lest what else the machine does keeps step.
            let first = round % timings.len();
            let (before, after) = timings.split_at_mut(first);
            after.iter_mut().chain(before).for_each(|timing| timing.sample(effort));
        }
        let figures = timings.into_iter().map(Timing::finish).collect();
        let Self { workload, unit, n, musts, .. } = self;
        Measured { workload, unit, n, musts, figures }
    }
}

impl Measured {
    pub(crate) fn figure(&self, contender: &str) -> Option<f64> {
        self.figures.iter().find(|(name, _)| *name == contender).map(|(_, spread)| spread.figure)
    }

    /// The best of the peers: neither ours nor the bound.
    pub(crate) fn best_peer(&self) -> Option<(&'static str, f64)> {
        let peers = self.figures.iter().filter(|(name, _)| ![OURS, BOUND].contains(name));
        let figures = peers.map(|(name, spread)| (*name, spread.figure));
        figures.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

impl Section {
    /// The workloads, each with its rows, in the order in which they first come.
    pub(crate) fn workloads(&self) -> Vec<(&'static str, Vec<&Measured>)> {
        let mut workloads: Vec<(_, Vec<_>)> = Vec::new();
        for row in &self.rows {
            match workloads.iter_mut().find(|(name, _)| *name == row.workload) {
                Some((_, rows)) => rows.push(row),
                None => workloads.push((row.workload, vec![row])),
            }
        }
        workloads
    }
}
