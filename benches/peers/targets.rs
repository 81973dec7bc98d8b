//! What ours must reach, and whether this run says that it does.

use std::fmt;

use crate::contender::{BOUND, OURS};
use crate::harness::{Measured, Table};
use crate::report::figure;

/// What a row's figure of ours must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Must {
    /// So many times below the best peer's.
    BeatBest(f64),
    /// So many times below that of the peer named.
    Beat(&'static str, f64),
    /// No more than that.
    AtMost(f64),
}

impl fmt::Display for Must {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeatBest(times) => write!(f, "≥ {times}× best peer"),
            Self::Beat(peer, times) => write!(f, "≥ {times}× {peer}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// One must of one row, judged.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) row: String,
    pub(crate) ours: String,
    pub(crate) against: String,
    /// The peer's figure over ours; above one, ours is the smaller.
    pub(crate) ratio: String,
    pub(crate) must: String,
    pub(crate) met: bool,
}

/// The best of the peers in a row: neither ours nor the bound.
fn best_peer(row: &Measured) -> Option<(&'static str, f64)> {
    let peers = row.figures.iter().filter(|(name, _)| ![OURS, BOUND].contains(name));
    peers.copied().min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// How many times `theirs` is ours. Two noughts are equal.
fn ratio(theirs: f64, ours: f64) -> f64 {
    if theirs == ours { 1.0 } else { theirs / ours }
}

fn judge(row: &Measured, must: Must) -> Option<Verdict> {
    let ours = row.figure(OURS)?;
    let against = |peer: &str, theirs: f64, times: f64| {
        let ratio = ratio(theirs, ours);
        let shown = if ratio.is_finite() { format!("{ratio:.2}×") } else { "∞".to_owned() };
        (format!("{} {peer}", figure(theirs)), shown, ratio >= times)
    };
    let (against, ratio, met) = match must {
        Must::BeatBest(times) => {
            let (peer, theirs) = best_peer(row)?;
            against(peer, theirs, times)
        }
        Must::Beat(peer, times) => against(peer, row.figure(peer)?, times),
        Must::AtMost(most) => {
            let (peer, theirs) = best_peer(row)?;
            let (against, ratio, _) = against(peer, theirs, 0.0);
            (against, ratio, ours <= most)
        }
    };
    let name = format!("{}, {}", row.name, crate::report::count(row.n));
    Some(Verdict { row: name, ours: figure(ours), against, ratio, must: must.to_string(), met })
}

/// How much dearer a wake gets from the fewest to the most children of `name`.
fn growth(rows: &[Measured], name: &str, most: f64) -> Option<Verdict> {
    let wakes = || rows.iter().filter(|row| row.table == Table::Sets && row.name == name);
    let few = wakes().min_by_key(|row| row.n)?;
    let many = wakes().max_by_key(|row| row.n).filter(|many| many.n > few.n)?;
    let grown = |contender| Some(many.figure(contender)? / few.figure(contender)?);
    let (ours, bound) = (grown(OURS)?, grown(BOUND)?);
    Some(Verdict {
        row: format!(
            "{name}, growth from {} to {}",
            crate::report::count(few.n),
            crate::report::count(many.n)
        ),
        ours: format!("{ours:.1}×"),
        against: format!("{bound:.1}× {BOUND}"),
        ratio: format!("{:.2}×", bound / ours),
        must: format!("≤ {most}×"),
        met: ours <= most,
    })
}

/// Judges every must of every row that has our figure.
pub(crate) fn judge_all(rows: &[Measured]) -> Vec<Verdict> {
    let of_rows = rows.iter().flat_map(|row| row.musts.iter().map(move |must| (row, *must)));
    let mut verdicts: Vec<_> = of_rows.filter_map(|(row, must)| judge(row, must)).collect();
    verdicts.extend(growth(rows, crate::rows::wake::ONE_BY_ONE, 6.0));
    verdicts
}
