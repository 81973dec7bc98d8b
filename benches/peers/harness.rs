//! Runs rows: every contender in turn, again and again, so that drift hits all alike.

use std::time::{Duration, Instant};

use crate::targets::Must;

/// One contender's measure in a row.
pub(crate) struct Cell {
    pub(crate) contender: &'static str,
    pub(crate) measure: Measure,
}

/// What a cell measures.
pub(crate) enum Measure {
    /// Nanoseconds per unit, of which one iteration has `units`.
    Time { units: usize, run: Box<dyn FnMut(u64) -> Duration>, figure: Quantile },
    /// A number that repeats: bytes, allocations, polls.
    Count(Box<dyn FnMut() -> f64>),
}

impl Measure {
    /// Times `run`, which is told how often to iterate and leaves out what is only preparation.
    pub(crate) fn time(units: usize, run: impl FnMut(u64) -> Duration + 'static) -> Self {
        Self::Time { units, run: Box::new(run), figure: Quantile::LowerQuartile }
    }

    /// The same for a workload of two threads.
    pub(crate) fn time_of_two_threads(
        units: usize,
        run: impl FnMut(u64) -> Duration + 'static,
    ) -> Self {
        Self::Time { units, run: Box::new(run), figure: Quantile::Median }
    }

    pub(crate) fn count(run: impl FnMut() -> f64 + 'static) -> Self {
        Self::Count(Box::new(run))
    }
}

/// Which of the samples of a time is its figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Quantile {
    /// On one thread, what else the machine does only ever adds time.
    LowerQuartile,
    /// With two, a thread that is held up can make the other's work easier.
    Median,
}

/// The tables of the report, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Sets,
    Gathers,
    Small,
    Tuples,
    Scopes,
    Parallel,
    Counts,
}

/// A line of a table, and how to build its cells.
pub(crate) struct Row {
    pub(crate) table: Table,
    pub(crate) name: String,
    /// How many children.
    pub(crate) n: usize,
    pub(crate) musts: Vec<Must>,
    pub(crate) cells: Box<dyn FnOnce() -> Vec<Cell>>,
}

/// A line with its figures.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) table: Table,
    pub(crate) name: String,
    pub(crate) n: usize,
    pub(crate) musts: Vec<Must>,
    /// Contender and figure, in the order of the cells.
    pub(crate) figures: Vec<(&'static str, f64)>,
}

impl Measured {
    pub(crate) fn figure(&self, contender: &str) -> Option<f64> {
        self.figures.iter().find(|(name, _)| *name == contender).map(|(_, figure)| *figure)
    }
}

/// How much time is spent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Samples wanted of each cell.
    rounds: usize,
    /// How long a sample should take.
    sample: Duration,
    /// A cell that has taken so long gets no more than [`Self::LEAST`] samples.
    patience: Duration,
    /// Rows of more children are left out.
    pub(crate) most_children: usize,
}

impl Effort {
    const LEAST: usize = 3;

    /// The whole run, in less than five minutes.
    pub(crate) const FULL: Self = Self {
        rounds: 41,
        sample: Duration::from_millis(4),
        patience: Duration::from_millis(1_200),
        most_children: usize::MAX,
    };

    /// In less than a minute.
    pub(crate) const QUICK: Self = Self {
        rounds: 13,
        sample: Duration::from_millis(1),
        patience: Duration::from_millis(150),
        most_children: usize::MAX,
    };

    /// Every row once, to see that it runs: no figures to rely on.
    pub(crate) const SMOKE: Self =
        Self { rounds: 1, sample: Duration::ZERO, patience: Duration::ZERO, most_children: 10_000 };
}

/// A timed cell in the middle of its row.
struct Timing {
    contender: &'static str,
    units: usize,
    run: Box<dyn FnMut(u64) -> Duration>,
    figure: Quantile,
    iterations: u64,
    taken: Duration,
    samples: Vec<f64>,
}

impl Timing {
    /// Warms up, and finds how many iterations fill a sample.
    fn new(
        contender: &'static str,
        units: usize,
        mut run: Box<dyn FnMut(u64) -> Duration>,
        figure: Quantile,
        effort: Effort,
    ) -> Self {
        let begun = Instant::now();
        let mut iterations = 1;
        loop {
            let start = Instant::now();
            run(iterations);
            let spent = start.elapsed();
            if spent * 2 >= effort.sample {
                break;
            }
            let wanted = effort.sample.as_nanos() / spent.as_nanos().max(1);
            iterations *= u64::try_from(wanted.clamp(2, 16)).unwrap_or(2);
        }
        Self {
            contender,
            units,
            run,
            figure,
            iterations,
            taken: begun.elapsed(),
            samples: Vec::new(),
        }
    }

    fn sample(&mut self, effort: Effort) {
        if self.samples.len() >= Effort::LEAST.min(effort.rounds) && self.taken > effort.patience {
            return;
        }
        let start = Instant::now();
        let timed = (self.run)(self.iterations).as_secs_f64() * 1e9;
        self.taken += start.elapsed();
        self.samples.push(timed / self.iterations as f64 / self.units as f64);
    }

    fn figure(mut self) -> (&'static str, f64) {
        self.samples.sort_by(f64::total_cmp);
        let parts = match self.figure {
            Quantile::LowerQuartile => 4,
            Quantile::Median => 2,
        };
        (self.contender, self.samples[self.samples.len() / parts])
    }
}

impl Row {
    /// Measures every cell, one sample of each in turn.
    pub(crate) fn run(self, effort: Effort) -> Measured {
        let mut figures = Vec::new();
        let mut timings = Vec::new();
        for Cell { contender, measure } in (self.cells)() {
            match measure {
                Measure::Count(mut run) => figures.push((contender, run())),
                Measure::Time { units, run, figure } => {
                    timings.push(Timing::new(contender, units, run, figure, effort));
                }
            }
        }
        for _ in 0..effort.rounds {
            timings.iter_mut().for_each(|timing| timing.sample(effort));
        }
        figures.extend(timings.into_iter().map(Timing::figure));
        let Self { table, name, n, musts, .. } = self;
        Measured { table, name, n, musts, figures }
    }
}
