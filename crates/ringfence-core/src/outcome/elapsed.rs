//! The error of a timeout.

use super::{Label, Name};
use alloc::vec::Vec;
use core::{error::Error, fmt, time::Duration};

/// The error of a verb or scope whose time was up.
///
/// It says which limit it was, and which children had not ended. By the time it is returned, none
/// of them runs any more.
///
/// It is a type of its own, so that it is never mistaken for a timeout of the user's, nor for a
/// cancellation.
///
/// # Examples
///
/// ```
/// use ringfence_core::{ChildId, TimeLimit, block_on, gather};
/// use std::{future::{pending, ready}, time::Duration};
///
/// let all = gather((ready(1), pending::<()>())).named("fetch").timeout(Duration::ZERO);
/// let elapsed = block_on(all).unwrap_err();
/// assert_eq!(elapsed.name(), Some("fetch"));
/// assert_eq!(elapsed.limit(), TimeLimit::After(Duration::ZERO));
/// assert_eq!(elapsed.unfinished()[0].child, ChildId::new(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elapsed {
    limit: TimeLimit,
    name: Option<Name>,
    unfinished: Vec<Label>,
}

/// How long something may take.
///
/// # Examples
///
/// ```
/// use ringfence_core::TimeLimit;
/// use std::time::Duration;
///
/// assert_eq!(TimeLimit::After(Duration::from_millis(250)).to_string(), "after 250ms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeLimit {
    /// This long, measured from the first poll.
    After(Duration),
    /// Until this instant, in the time of the timer in force.
    #[cfg(feature = "std")]
    At(std::time::Instant),
}

impl Elapsed {
    /// How many unfinished children are shown by `{}`; `{:#}` shows all.
    const SHOWN: usize = 8;

    pub(crate) fn new(limit: TimeLimit, name: Option<Name>, unfinished: Vec<Label>) -> Self {
        Self { limit, name, unfinished }
    }

    /// Returns the limit that was passed.
    pub fn limit(&self) -> TimeLimit {
        self.limit
    }

    /// Returns the name of the verb or scope, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the children that had not ended, in the order of their places.
    pub fn unfinished(&self) -> &[Label] {
        &self.unfinished
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "`{name}` ")?;
        }
        write!(f, "timed out {}", self.limit)?;
        let shown = if f.alternate() { usize::MAX } else { Self::SHOWN };
        for (index, label) in self.unfinished.iter().take(shown).enumerate() {
            write!(f, "{}{label}", if index == 0 { "; unfinished: " } else { ", " })?;
        }
        match self.unfinished.len().saturating_sub(shown) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Error for Elapsed {}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(limit) => write!(f, "after {limit:?}"),
            #[cfg(feature = "std")]
            Self::At(_) => f.write_str("at its deadline"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::ChildId;
    use alloc::{format, string::ToString, vec};

    fn label(child: u64) -> Label {
        Label { child: ChildId::new(child), name: None }
    }

    #[test]
    fn a_timeout_says_whose_it_is_and_who_had_not_ended() {
        let mirror = Label { child: ChildId::new(4), name: Some("mirror".into()) };
        let limit = TimeLimit::After(Duration::from_millis(250));
        let elapsed = Elapsed::new(limit, Some("fetch".into()), vec![label(1), mirror]);
        assert_eq!(
            elapsed.to_string(),
            "`fetch` timed out after 250ms; unfinished: child 1, child 4 (mirror)"
        );
        assert_eq!((elapsed.limit(), elapsed.name()), (limit, Some("fetch")));
        assert_eq!(elapsed.unfinished().len(), 2);
    }

    #[test]
    fn of_many_children_a_few_are_shown() {
        let limit = TimeLimit::After(Duration::from_secs(1));
        let elapsed = Elapsed::new(limit, None, (0..100).map(label).collect());
        assert!(elapsed.to_string().ends_with("child 7 and 92 more"));
        assert!(format!("{elapsed:#}").ends_with(", child 99"));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_deadline_is_no_duration() {
        // real time: an instant to show, never compared
        let limit = TimeLimit::At(std::time::Instant::now());
        assert_eq!(Elapsed::new(limit, None, vec![]).to_string(), "timed out at its deadline");
    }
}
