//! The time from left to right.

use super::{NAMES, TIME, TOP};
use std::{
    fmt::{self, Write},
    time::Duration,
};

/// How many ticks there are at the most.
const TICKS: u128 = 10;

/// Where a time is on the page.
pub(super) struct Axis {
    /// The whole, in nanoseconds; not 0.
    whole: u128,
}

impl Axis {
    /// From the beginning to `last`.
    pub(super) fn new(last: Duration) -> Self {
        Self { whole: last.as_nanos().max(1) }
    }

    /// How far to the right a time is.
    pub(super) fn x(&self, time: Duration) -> f64 {
        NAMES + TIME * (time.as_nanos() as f64 / self.whole as f64)
    }

    /// The time between two ticks: 1, 2 or 5 of some power of ten.
    fn step(&self) -> u128 {
        let mut step = 1;
        loop {
            for factor in [1, 2, 5] {
                if self.whole / (step * factor) <= TICKS {
                    return step * factor;
                }
            }
            step *= 10;
        }
    }

    /// Writes lines from the top to the bottom, with the times.
    pub(super) fn write(&self, page: &mut String, height: f64) -> fmt::Result {
        let step = self.step();
        for tick in 0..=self.whole / step {
            let time = nanos(tick * step);
            let x = self.x(time);
            writeln!(
                page,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{:.0}\" x2=\"{x:.1}\" y2=\"{height:.0}\"/>\
                 <text class=\"tick\" x=\"{x:.1}\" y=\"12\" text-anchor=\"middle\">{time:?}</text>",
                TOP - 14.0,
            )?;
        }
        Ok(())
    }
}

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(last: Duration) -> (Duration, u128) {
        let axis = Axis::new(last);
        (nanos(axis.step()), axis.whole / axis.step())
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(steps(Duration::from_millis(30)), (Duration::from_millis(5), 6));
        assert_eq!(steps(Duration::from_secs(10)), (Duration::from_secs(1), 10));
        assert_eq!(steps(Duration::from_micros(1_999)), (Duration::from_micros(200), 9));
        assert_eq!(steps(Duration::ZERO), (Duration::from_nanos(1), 1));
    }

    #[test]
    fn the_whole_is_as_wide_as_the_page_has_room_for() {
        let axis = Axis::new(Duration::from_secs(4));
        assert_eq!(axis.x(Duration::ZERO), NAMES);
        assert_eq!(axis.x(Duration::from_secs(1)), NAMES + TIME / 4.0);
        assert_eq!(axis.x(Duration::from_secs(4)), NAMES + TIME);
    }
}
