//! The ranges of logarithmic axes, and what is written at them.

use std::ops::Range;

/// A logarithmic axis.
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<f64>,
    /// Where a nought is drawn, which has no place of its own.
    nought: Option<f64>,
}

impl Axis {
    /// Numbers of children: a tick at each.
    pub(super) fn of_sizes(sizes: &[f64]) -> Self {
        let (least, most) = ends(sizes).unwrap_or((1.0, 10.0));
        Self { range: least / 1.4..most * 1.4, ticks: sizes.to_vec(), nought: None }
    }

    /// Figures: ticks at the decades, and between them where there are few.
    pub(super) fn of_figures(figures: &[f64]) -> Self {
        let positive: Vec<_> = figures.iter().copied().filter(|figure| *figure > 0.0).collect();
        let (least, most) = ends(&positive).unwrap_or((1.0, 10.0));
        let nought = (positive.len() < figures.len()).then_some(least / 4.0);
        let range = nought.unwrap_or(least) / 1.3..most * 1.3;
        let decades = (most / least).log10();
        let steps: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = least.log10().floor() as i32..=range.end.log10().ceil() as i32;
        let ticks =
            powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        let ticks = ticks.filter(|tick| (least / 1.3..range.end).contains(tick)).chain(nought);
        Self { ticks: ticks.collect(), range, nought }
    }

    /// Where a figure is drawn.
    pub(super) fn place(&self, figure: f64) -> f64 {
        self.nought.filter(|_| figure <= 0.0).unwrap_or(figure)
    }

    /// A tick in few letters: `100`, `10k`, `1M`.
    pub(super) fn label(&self, tick: f64) -> String {
        let short = |figure: f64, unit: &str| format!("{}{unit}", (figure * 1e3).round() / 1e3);
        match tick {
            _ if self.nought == Some(tick) => "0".to_owned(),
            _ if tick >= 0.999_5e6 => short(tick / 1e6, "M"),
            _ if tick >= 0.999_5e4 => short(tick / 1e3, "k"),
            _ => short(tick, ""),
        }
    }
}

/// The least and the most of some figures.
fn ends(figures: &[f64]) -> Option<(f64, f64)> {
    let least = figures.iter().copied().reduce(f64::min)?;
    Some((least, figures.iter().copied().reduce(f64::max)?))
}
