//! One contender in one row: how it is measured.

use std::time::{Duration, Instant};

use crate::effort::Effort;

/// One contender's measure in a row.
pub(crate) struct Cell {
    pub(crate) contender: &'static str,
    pub(crate) measure: Measure,
}

/// Iterates so often, and tells how long that took but for what is only preparation.
type Iterate = Box<dyn FnMut(u64) -> Duration>;

/// What a cell measures.
pub(crate) enum Measure {
    /// Nanoseconds per unit, of which one iteration has `units`.
    Time { units: usize, run: Iterate, figure: Quantile },
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

/// A figure, and the samples that it was taken from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) figure: f64,
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
    pub(crate) samples: usize,
}

impl Spread {
    /// Of one sample at least.
    fn of(mut samples: Vec<f64>, figure: Quantile) -> Self {
        samples.sort_by(f64::total_cmp);
        let at = |parts: usize| samples[samples.len() / parts];
        Self {
            figure: match figure {
                Quantile::LowerQuartile => at(4),
                Quantile::Median => at(2),
            },
            least: samples[0],
            median: at(2),
            most: samples[samples.len() - 1],
            samples: samples.len(),
        }
    }
}

/// A cell in the middle of its row.
pub(crate) struct Timing {
    contender: &'static str,
    state: State,
}

enum State {
    Timed { units: usize, run: Iterate, figure: Quantile, pace: Pace, samples: Vec<f64> },
    Counted(Spread),
}

/// How a timed cell gets on.
struct Pace {
    /// How many make a sample.
    iterations: u64,
    taken: Duration,
}

impl Pace {
    /// A trial that took longer is not repeated; it is a sample.
    const DEAR: Duration = Duration::from_millis(50);
    const WARM_UPS: usize = 256;
    const WARMED_UP: Duration = Duration::from_millis(20);

    /// Warms up, and finds how many iterations fill a sample; there may be one already.
    fn find(run: &mut Iterate, effort: Effort) -> (Self, Option<Duration>) {
        // What is made at first, and what others have left behind: an allocator to which a million
        // children were given back is busy with them for some hundred allocations.
        let begun = Instant::now();
        for _ in 0..Self::WARM_UPS {
            run(1);
            if effort.sample.is_zero() || begun.elapsed() > Self::WARMED_UP {
                break;
            }
        }
        let begun = Instant::now();
        let mut trial = |iterations| {
            let start = Instant::now();
            let timed = run(iterations);
            (start.elapsed(), timed)
        };
        let mut iterations = 1;
        loop {
            let (mut spent, timed) = trial(iterations);
            if spent >= Self::DEAR && iterations == 1 {
                return (Self { iterations, taken: begun.elapsed() }, Some(timed));
            }
            // Some more: the machine may have done something else meanwhile.
            for _ in 0..3 {
                if spent * 2 >= effort.sample {
                    spent = spent.min(trial(iterations).0);
                }
            }
            if spent * 2 >= effort.sample {
                return (Self { iterations, taken: begun.elapsed() }, None);
            }
            let wanted = effort.sample.as_nanos() / spent.as_nanos().max(1);
            iterations *= u64::try_from(wanted.clamp(2, 16)).unwrap_or(2);
        }
    }
}

impl Timing {
    /// Counts, or warms up.
    pub(crate) fn new(Cell { contender, measure }: Cell, effort: Effort) -> Self {
        let state = match measure {
            Measure::Count(mut run) => State::Counted(Spread::of(vec![run()], Quantile::Median)),
            Measure::Time { units, mut run, figure } => {
                let (pace, first) = Pace::find(&mut run, effort);
                let samples = first.iter().map(|timed| nanoseconds(*timed, units)).collect();
                State::Timed { units, run, figure, pace, samples }
            }
        };
        Self { contender, state }
    }

    /// Takes a sample, unless it has taken its time.
    pub(crate) fn sample(&mut self, effort: Effort) {
        let State::Timed { units, run, pace, samples, .. } = &mut self.state else { return };
        if samples.len() >= effort.least && pace.taken > effort.patience {
            return;
        }
        let start = Instant::now();
        let timed = run(pace.iterations);
        pace.taken += start.elapsed();
        samples.push(nanoseconds(timed, *units) / pace.iterations as f64);
    }

    pub(crate) fn finish(self) -> (&'static str, Spread) {
        let spread = match self.state {
            State::Counted(spread) => spread,
            State::Timed { samples, figure, .. } => Spread::of(samples, figure),
        };
        (self.contender, spread)
    }
}

/// Nanoseconds of each of so many units.
fn nanoseconds(timed: Duration, units: usize) -> f64 {
    timed.as_secs_f64() * 1e9 / units as f64
}
