//! What is known of a scope at a moment.

use super::{ObservedChild, ScopeId, Tree, child::Origin};
use crate::outcome::{Label, Name, Reason};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{panic::Location, time::Duration};
use std::time::Instant;

/// What was known of a scope at a moment, as [`Scope::snapshot`](crate::Scope::snapshot) returns it.
///
/// A scope that goes on meanwhile, on another thread, is not stopped: each child is shown as it was
/// when it was looked at.
///
/// Of a scope that nobody observes only those children are shown that have been spawned since the
/// scope was polled; the rest of what is said of it is as exact.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// What tells it from other scopes; none if it is not observed.
    pub id: Option<ScopeId>,
    /// Its name, if it is observed and has one.
    pub name: Option<Name>,
    /// Where it was opened.
    pub location: &'static Location<'static>,
    /// The observed child inside of which it was first polled, which leads on to the root.
    pub parent: Option<ObservedChild>,
    /// How far it has come.
    pub phase: Phase,
    /// When this was, by the scope's timer.
    pub at: Instant,
    /// How long ago it was polled first; zero if it is not observed.
    pub age: Duration,
    /// When its time is up, by itself or by what is around it.
    pub deadline: Option<Instant>,
    /// How many children have been spawned.
    pub spawned: u64,
    /// The body and the children that have not ended, the body first, then in the order of their
    /// spawns.
    pub children: Vec<ChildSnapshot>,
    /// What observers have panicked with, who are told nothing any more.
    pub faults: Vec<String>,
}

/// What was known of a child at a moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChildSnapshot {
    /// Its place and its name.
    pub label: Label,
    /// Where it was spawned; of a body, where the scope was opened.
    pub location: &'static Location<'static>,
    /// Whether it is a daemon.
    pub is_daemon: bool,
    /// What it does.
    pub state: State,
    /// Since when; of one that is runnable, since it was last polled.
    pub since: Instant,
    /// How often it was polled.
    pub polls: u64,
    /// How often it was woken.
    pub wakes: u64,
    /// How long its polls took together.
    pub busy: Duration,
    /// How long ago it was spawned.
    pub age: Duration,
    /// Why a handle has asked for its end, if one has.
    pub asked: Option<Reason>,
    /// The scopes that were first polled inside of it, in this order.
    pub scopes: Vec<Snapshot>,
}

/// How far a scope has come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It was not polled yet.
    New,
    /// It takes children.
    Open,
    /// Everything was asked to end, for this reason.
    Cancelling(Reason),
    /// Everything was dropped, but for children that are inside a poll on another thread.
    Draining,
    /// Nothing of it runs any more.
    Ended,
}

/// What a child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It waits for a place, by the scope's limit.
    Queued,
    /// It was woken, or has come in, and was not polled since.
    Runnable,
    /// It is being polled.
    Running,
    /// It waits to be woken.
    Waiting,
    /// It has ended.
    Ended,
}

/// Counts of what lives in a scope and all below it, as [`Snapshot::statistics`] returns them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Scopes that have not ended.
    pub scopes: usize,
    /// Bodies and children that have not ended.
    pub living: usize,
    /// Those of them that were woken and not polled since.
    pub runnable: usize,
    /// The earliest deadline.
    pub next_deadline: Option<Instant>,
}

impl Snapshot {
    /// Returns whether the scope is observed.
    pub fn is_observed(&self) -> bool {
        self.id.is_some()
    }

    /// Returns the names of the scopes and children from the root down to it, divided by `/`.
    pub fn path(&self) -> String {
        let above = self.parent.as_ref().map(ObservedChild::path);
        let names = above.into_iter().chain(self.name.as_ref().map(ToString::to_string));
        names.collect::<Vec<_>>().join("/")
    }

    /// Returns it as text: a line for each child, and for each scope below.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope};
    /// use std::{convert::Infallible, future::pending};
    ///
    /// let tree = block_on(
    ///     scope(async |s| -> Result<String, Infallible> {
    ///         s.child().daemon().named("log").spawn(pending::<()>());
    ///         Ok(s.snapshot().tree().to_string())
    ///     })
    ///     .named("server")
    ///     .observe(()),
    /// );
    /// let tree = tree.unwrap();
    /// assert!(tree.contains("server: open"), "{tree}");
    /// assert!(tree.contains("├─ body: running"), "{tree}");
    /// assert!(tree.contains("└─ child 0 (log): runnable, a daemon"), "{tree}");
    /// ```
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self)
    }

    /// Counts what lives in it and below.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope};
    /// use std::convert::Infallible;
    ///
    /// let counts = block_on(
    ///     scope(async |s| -> Result<_, Infallible> {
    ///         s.spawn(async {});
    ///         Ok(s.snapshot().statistics())
    ///     })
    ///     .observe(()),
    /// );
    /// let counts = counts.unwrap();
    /// assert_eq!((counts.scopes, counts.living, counts.runnable), (1, 2, 1));
    /// assert_eq!(counts.next_deadline, None);
    /// ```
    pub fn statistics(&self) -> Statistics {
        let mut counts = Statistics {
            scopes: usize::from(self.phase != Phase::Ended),
            living: self.children.len(),
            runnable: self.children.iter().filter(|it| it.state == State::Runnable).count(),
            next_deadline: self.deadline,
        };
        for inner in self.children.iter().flat_map(|child| &child.scopes) {
            let inner = inner.statistics();
            counts.scopes += inner.scopes;
            counts.living += inner.living;
            counts.runnable += inner.runnable;
            counts.next_deadline =
                counts.next_deadline.into_iter().chain(inner.next_deadline).min();
        }
        counts
    }
}

impl ChildSnapshot {
    /// A child that has just been spawned.
    pub(crate) fn new(origin: &Origin, at: Instant) -> Self {
        Self {
            label: origin.label.clone(),
            location: origin.location,
            is_daemon: origin.is_daemon,
            state: State::Runnable,
            since: at,
            polls: 0,
            wakes: 0,
            busy: Duration::ZERO,
            age: Duration::ZERO,
            asked: None,
            scopes: Vec::new(),
        }
    }
}
