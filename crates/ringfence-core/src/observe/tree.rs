//! A snapshot as text.

use super::{ChildSnapshot, Phase, Snapshot, State};
use alloc::{format, string::String};
use core::{fmt, time::Duration};
use std::time::Instant;

/// A snapshot as text, as [`Snapshot::tree`] returns it.
///
/// ```text
/// server: open, age 12s, deadline in 48s, at src/main.rs:20:5
/// ├─ body: waiting for 12s, 1 poll, 0 wakes
/// ├─ child 0 (accept): waiting for 2s, 7 polls, 6 wakes, at src/main.rs:21:11
/// │  └─ connections: cancelling (a deadline passed), age 12s, at src/main.rs:40:5
/// │     └─ child 3: runnable, 1 poll, 1 wake, at src/main.rs:44:15
/// └─ child 1 (log): waiting for 1s, a daemon, 3 polls, 2 wakes, at src/main.rs:22:19
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a>(&'a Snapshot);

impl<'a> Tree<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self(snapshot)
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scope(f, self.0, "")
    }
}

fn scope(f: &mut fmt::Formatter<'_>, snapshot: &Snapshot, indent: &str) -> fmt::Result {
    f.write_str(snapshot.name.as_deref().unwrap_or("scope"))?;
    match &snapshot.phase {
        Phase::New => f.write_str(": not polled yet")?,
        Phase::Open => f.write_str(": open")?,
        Phase::Cancelling(reason) => write!(f, ": cancelling ({reason})")?,
        Phase::Draining => f.write_str(": draining")?,
        Phase::Ended => f.write_str(": ended")?,
    }
    if snapshot.is_observed() {
        write!(f, ", age {:?}", snapshot.age)?;
    } else {
        write!(f, ", not observed, {}", count(snapshot.spawned, "child", "children"))?;
    }
    if let Some(deadline) = snapshot.deadline {
        write!(f, ", {}", left(deadline, snapshot.at))?;
    }
    write!(f, ", at {}", snapshot.location)?;
    for fault in &snapshot.faults {
        write!(f, "\n{indent}!  an observer has {fault}")?;
    }
    for (place, it) in snapshot.children.iter().enumerate() {
        let is_last = place + 1 == snapshot.children.len();
        child(f, it, snapshot.at, indent, is_last)?;
    }
    Ok(())
}

fn child(
    f: &mut fmt::Formatter<'_>,
    child: &ChildSnapshot,
    at: Instant,
    indent: &str,
    is_last: bool,
) -> fmt::Result {
    let (branch, below) = if is_last { ("└─", "   ") } else { ("├─", "│  ") };
    write!(f, "\n{indent}{branch} {}: ", child.label)?;
    let so_long = at.saturating_duration_since(child.since);
    match child.state {
        State::Queued => write!(f, "waiting for a place for {so_long:?}")?,
        State::Runnable => f.write_str("runnable")?,
        State::Running => f.write_str("running")?,
        State::Waiting => write!(f, "waiting for {so_long:?}")?,
        State::Ended => f.write_str("ended")?,
    }
    if child.is_daemon {
        f.write_str(", a daemon")?;
    }
    if let Some(reason) = &child.asked {
        write!(f, ", asked to end ({reason})")?;
    }
    let (polls, wakes) = (count(child.polls, "poll", "polls"), count(child.wakes, "wake", "wakes"));
    write!(f, ", {polls}, {wakes}")?;
    if child.busy > Duration::ZERO {
        write!(f, ", busy for {:?}", child.busy)?;
    }
    if !child.label.child.is_body() {
        write!(f, ", at {}", child.location)?;
    }
    let indent = format!("{indent}{below}");
    for (place, inner) in child.scopes.iter().enumerate() {
        let is_last = place + 1 == child.scopes.len();
        let (branch, below) = if is_last { ("└─", "   ") } else { ("├─", "│  ") };
        write!(f, "\n{indent}{branch} ")?;
        scope(f, inner, &format!("{indent}{below}"))?;
    }
    Ok(())
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn left(deadline: Instant, at: Instant) -> String {
    match deadline.checked_duration_since(at) {
        Some(left) => format!("deadline in {left:?}"),
        None => format!("deadline {:?} ago", at.saturating_duration_since(deadline)),
    }
}
