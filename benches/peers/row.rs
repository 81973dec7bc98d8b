//! Areas and their rows: what a file in `rows/` makes, and what becomes of it in a run.

use std::error::Error;

use crate::apart::{Contender, Place};
use crate::contender::{BOUND, OURS};
use crate::effort::Effort;
use crate::harness::{Cell, Spread};
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
    /// Measures every cell, each in a process of its own, and one sample of each in turn, so that
    /// drift hits all alike.
    pub(crate) fn run(self, area: &Area, effort: Effort) -> Result<Measured, Box<dyn Error>> {
        let Self { workload, unit, n, musts, cells } = self;
        let contenders = cells().into_iter().map(|Cell { contender, .. }| {
            let place = Place::new(area, workload, n, contender);
            Contender::start(&place, effort).map(|process| (contender, process))
        });
        let mut contenders = contenders.collect::<Result<Vec<_>, _>>()?;
        for round in 0..effort.rounds {
            // Begins with another cell each time, lest what else the machine does keeps step.
            let first = round % contenders.len();
            let (before, after) = contenders.split_at_mut(first);
            after.iter_mut().chain(before).try_for_each(|(_, process)| process.sample())?;
        }
        let finish = |(contender, process): (_, Contender)| Ok((contender, process.finish()?));
        let figures = contenders.into_iter().map(finish).collect::<Result<_, Box<dyn Error>>>()?;
        Ok(Measured { workload, unit, n, musts, figures })
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
