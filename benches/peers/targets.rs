//! What ours must reach, and whether this run says that it does.

use std::fmt;

use crate::contender::{BOUND, OURS};
use crate::reasons::reason;
use crate::report::{count, figure};
use crate::row::{Measured, Section};
use crate::rows::wakes::ONE_BY_ONE;

/// What a row's figure of ours must be.
#[derive(Clone, Copy, Debug, PartialEq)]
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
            Self::AtMost(most) => write!(f, "≤ {}", figure(*most)),
        }
    }
}

/// One must of one row, judged.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) workload: &'static str,
    pub(crate) n: usize,
    pub(crate) must: String,
    /// Of what the must is about: a ratio, or our figure.
    pub(crate) shown: String,
    pub(crate) met: bool,
    /// What a miss is told with.
    pub(crate) ours: String,
    pub(crate) against: String,
    /// The bound's figure, and what it would have shown.
    pub(crate) bound: Option<String>,
    pub(crate) why: Why,
}

/// Why a target is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The hand-written bound misses it, too.
    BeyondTheBound,
    /// A text of `reasons.rs`.
    Known(&'static str),
    Unknown,
}

/// The peer's figure over another: above one, the other is the smaller. Two noughts are equal.
///
/// As exact as it is shown, so that no miss looks like what it misses.
fn ratio(theirs: f64, other: f64) -> f64 {
    if theirs == other { 1.0 } else { (theirs / other * 100.0).round() / 100.0 }
}

/// A ratio with as many digits as decide.
fn times(ratio: f64) -> String {
    match ratio {
        _ if ratio.is_infinite() => "∞".to_owned(),
        _ if ratio >= 9.95 => format!("{}×", count(ratio.round() as usize)),
        _ => format!("{ratio:.2}×"),
    }
}

/// Judges `must`, if the row has the figures that it is about.
fn judge(row: &Measured, must: Must) -> Option<Verdict> {
    let ours = row.figure(OURS)?;
    let bound = row.figure(BOUND);
    let (peer, theirs, least) = match must {
        Must::BeatBest(times) => row.best_peer().map(|(peer, theirs)| (peer, theirs, times))?,
        Must::Beat(peer, times) => (peer, row.figure(peer)?, times),
        Must::AtMost(most) => ("", most, 1.0),
    };
    let met = |other: f64| ratio(theirs, other) >= least;
    let shown = |other: f64| match must {
        Must::AtMost(_) => figure(other),
        Must::BeatBest(_) | Must::Beat(..) => times(ratio(theirs, other)),
    };
    let beyond = bound.is_some_and(|bound| !met(bound));
    let (workload, n) = (row.workload, row.n);
    Some(Verdict {
        workload,
        n,
        must: must.to_string(),
        shown: shown(ours),
        met: met(ours),
        ours: figure(ours),
        against: match must {
            Must::AtMost(_) => "–".to_owned(),
            Must::BeatBest(_) | Must::Beat(..) => format!("{} {peer}", figure(theirs)),
        },
        bound: bound.map(|bound| match must {
            Must::AtMost(_) => figure(bound),
            Must::BeatBest(_) | Must::Beat(..) => format!("{}: {}", figure(bound), shown(bound)),
        }),
        why: if beyond { Why::BeyondTheBound } else { reason(workload, n) },
    })
}

/// How much dearer a wake gets from a hundred children to the most.
fn growth(section: &Section, most: f64) -> Option<Verdict> {
    let wakes = || section.rows.iter().filter(|row| row.workload == ONE_BY_ONE && row.n >= 100);
    let few = wakes().min_by_key(|row| row.n)?;
    let many = wakes().max_by_key(|row| row.n).filter(|many| many.n > few.n)?;
    let grown = |contender| Some(many.figure(contender)? / few.figure(contender)?);
    let (ours, bound) = (grown(OURS)?, grown(BOUND)?);
    let beyond = bound > most;
    Some(Verdict {
        workload: "a wake's growth from the row of 100",
        n: many.n,
        must: format!("≤ {most}×"),
        shown: times(ours),
        met: ours <= most,
        ours: times(ours),
        against: "–".to_owned(),
        bound: Some(times(bound)),
        why: if beyond { Why::BeyondTheBound } else { reason(ONE_BY_ONE, many.n) },
    })
}

/// Judges every must of every row that has our figure.
pub(crate) fn judge_all(section: &Section) -> Vec<Verdict> {
    let of_rows = section.rows.iter().flat_map(|row| row.musts.iter().map(move |must| (row, must)));
    let mut verdicts: Vec<_> = of_rows.filter_map(|(row, must)| judge(row, *must)).collect();
    verdicts.extend(growth(section, 6.0));
    verdicts
}
