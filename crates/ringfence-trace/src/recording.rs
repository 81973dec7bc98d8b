//! What has happened in scopes, from their first poll to their end.

use ringfence_core::Name;
use std::{panic::Location, time::Duration};

/// What has happened in scopes, as [`Recorder::recording`](crate::Recorder::recording) returns it.
///
/// Times are counted from the first that was recorded, by the timer of the scopes: on a virtual
/// clock they are virtual.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// In the order in which they were opened.
    pub(crate) scopes: Vec<ScopeLife>,
    /// In the order in which they came in.
    pub(crate) children: Vec<ChildLife>,
    /// When something was recorded last.
    pub(crate) last: Duration,
}

/// The life of a scope.
#[derive(Clone, Debug)]
pub(crate) struct ScopeLife {
    pub(crate) name: Option<Name>,
    pub(crate) location: &'static Location<'static>,
    /// The child in which it was opened, if that is recorded.
    pub(crate) parent: Option<usize>,
    /// Its children, by their numbers in the recording.
    pub(crate) children: Vec<usize>,
    pub(crate) opened: Duration,
    /// When everything in it was asked to end, and why.
    pub(crate) cancelled: Option<(Duration, String)>,
    pub(crate) closed: Option<Duration>,
}

/// The life of a child, or of a body.
#[derive(Clone, Debug)]
pub(crate) struct ChildLife {
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) location: &'static Location<'static>,
    pub(crate) is_body: bool,
    pub(crate) is_daemon: bool,
    /// The scopes that were opened in it.
    pub(crate) scopes: Vec<usize>,
    pub(crate) spawned: Duration,
    /// When it began to wait for a place, and when it had got one.
    pub(crate) queued: Option<(Duration, Option<Duration>)>,
    /// When each poll began and ended.
    pub(crate) polls: Vec<(Duration, Duration)>,
    pub(crate) wakes: Vec<Duration>,
    /// When a handle has asked for its end, and why.
    pub(crate) asked: Option<(Duration, String)>,
    pub(crate) ended: Option<(Duration, Ending)>,
}

/// How a child has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Failed,
    /// With this message.
    Panicked(String),
    /// For this reason.
    Cancelled(String),
}

impl Recording {
    /// The scopes around which none is recorded.
    pub(crate) fn roots(&self) -> impl Iterator<Item = usize> {
        (0..self.scopes.len()).filter(|scope| self.scopes[*scope].parent.is_none())
    }
}

impl ScopeLife {
    pub(crate) fn title(&self) -> &str {
        self.name.as_deref().unwrap_or("scope")
    }
}

impl ChildLife {
    /// When its life has ended, or the recording has.
    pub(crate) fn until(&self, last: Duration) -> Duration {
        self.ended.as_ref().map_or(last, |(at, _)| *at)
    }

    /// From when to when it has waited for a place.
    pub(crate) fn place(&self, last: Duration) -> Option<(Duration, Duration)> {
        let (from, to) = self.queued?;
        Some((from, to.unwrap_or_else(|| self.until(last))))
    }

    /// When it was woken for a poll, and when that began: it could have run meanwhile.
    pub(crate) fn delays(&self) -> Vec<(Duration, Duration)> {
        let mut delays = Vec::new();
        let mut before = None;
        for (begin, end) in &self.polls {
            let first = match before {
                // It is ready to run from the start, or since it has a place.
                None => Some(self.queued.and_then(|(_, to)| to).unwrap_or(self.spawned)),
                Some(before) => {
                    let mut wakes =
                        self.wakes.iter().filter(|wake| (before..=*begin).contains(wake));
                    wakes.next().copied()
                }
            };
            delays.extend(first.filter(|first| first < begin).map(|first| (first, *begin)));
            before = Some(*end);
        }
        delays
    }
}

impl Ending {
    /// One word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Panicked(_) => "panicked",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// A line about it.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Completed | Self::Failed => self.word().to_owned(),
            Self::Panicked(message) => message.clone(),
            Self::Cancelled(reason) => format!("cancelled: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_as_large_as_the_readme_says() {
        assert!(size_of::<ChildLife>() <= 300);
        assert_eq!((size_of::<(Duration, Duration)>(), size_of::<Duration>()), (32, 16));
    }
}
