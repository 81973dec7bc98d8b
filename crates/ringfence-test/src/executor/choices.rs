//! Who goes next, where several could: by a seed, or by a script.

use super::rng::Rng;
use std::fmt;

/// What decides between those that are ready.
#[derive(Debug)]
pub(super) enum Choices {
    Seeded { seed: u64, rng: Rng },
    Scripted { script: Vec<usize>, taken: Vec<Choice> },
}

/// A choice that was made: this one, of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) chosen: usize,
    pub(super) of: usize,
}

impl Choices {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self::Seeded { seed, rng: Rng::new(seed) }
    }

    /// Choices as in `script`, and the first after its end.
    pub(super) const fn scripted(script: Vec<usize>) -> Self {
        Self::Scripted { script, taken: Vec::new() }
    }

    /// Returns a number below `of`, which must not be zero.
    pub(super) fn choose(&mut self, of: usize) -> usize {
        match self {
            Self::Seeded { rng, .. } => rng.below(of),
            // Without an alternative there is nothing to go back to.
            Self::Scripted { .. } if of == 1 => 0,
            Self::Scripted { script, taken } => {
                let chosen = script.get(taken.len()).copied().unwrap_or(0);
                assert!(
                    chosen < of,
                    "the schedule is not one of this program: is it deterministic?"
                );
                taken.push(Choice { chosen, of });
                chosen
            }
        }
    }

    /// Puts `items` into an order of the seed's; a script leaves them in theirs.
    pub(super) fn shuffle<X>(&mut self, items: &mut [X]) {
        let Self::Seeded { rng, .. } = self else { return };
        for last in (1..items.len()).rev() {
            items.swap(last, rng.below(last + 1));
        }
    }

    /// Returns the choices that were made, none of them by a seed.
    pub(super) fn taken(&self) -> &[Choice] {
        match self {
            Self::Seeded { .. } => &[],
            Self::Scripted { taken, .. } => taken,
        }
    }
}

/// How to have the same choices again.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seeded { seed, .. } => write!(f, "seed {seed}"),
            Self::Scripted { taken, .. } => {
                let chosen: Vec<_> = taken.iter().map(|choice| choice.chosen).collect();
                write!(f, "schedule {chosen:?}")
            }
        }
    }
}
