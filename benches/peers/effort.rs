//! How much time a run takes.

use std::time::Duration;

/// How much time is spent on each cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// How the report calls it.
    pub(crate) name: &'static str,
    /// Samples wanted of each cell.
    pub(crate) rounds: usize,
    /// How long a sample should take.
    pub(crate) sample: Duration,
    /// A cell that has taken so long gets no more than the least.
    pub(crate) patience: Duration,
    /// Samples taken of each cell, however long that takes.
    pub(crate) least: usize,
    /// Rows of more children are left out.
    pub(crate) most_children: usize,
    /// What asks for it on the command line.
    pub(crate) flags: &'static [&'static str],
}

impl Effort {
    /// The whole run, in less than ten minutes.
    pub(crate) const FULL: Self = Self {
        name: "full",
        rounds: 31,
        sample: Duration::from_millis(4),
        patience: Duration::from_millis(600),
        least: 3,
        most_children: usize::MAX,
        flags: &["--bench"],
    };

    /// In less than five.
    pub(crate) const QUICK: Self = Self {
        name: "quick",
        rounds: 11,
        sample: Duration::from_millis(1),
        patience: Duration::from_millis(100),
        least: 2,
        most_children: usize::MAX,
        flags: &["--bench", "--quick"],
    };

    /// Every row once, to see that it runs: no figures to rely on.
    pub(crate) const SMOKE: Self = Self {
        name: "smoke",
        rounds: 1,
        sample: Duration::ZERO,
        patience: Duration::ZERO,
        least: 1,
        most_children: 1_000,
        flags: &[],
    };
}
