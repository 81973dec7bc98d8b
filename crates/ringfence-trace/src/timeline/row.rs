//! The rows: scopes and their children, in the order of the tree.

use super::{Escaped, NAMES, ROW, axis::Axis};
use crate::recording::{ChildLife, Ending, Recording, ScopeLife};
use std::{
    fmt::{self, Write},
    time::Duration,
};

/// How far to the right each level begins, in pixels.
const INDENT: f64 = 14.0;
/// How wide a poll is at least: one that takes no time can be seen.
const POLL: f64 = 2.0;

/// A row.
pub(super) struct Row<'a> {
    depth: usize,
    /// When the recording ends, for who has not.
    last: Duration,
    of: Of<'a>,
}

enum Of<'a> {
    Scope(&'a ScopeLife),
    Child(&'a ChildLife),
}

/// All rows, from the top to the bottom.
pub(super) fn rows(recording: &Recording) -> Vec<Row<'_>> {
    /// What is still to be written, the next one last: scopes and children in one another may be
    /// too many for the stack.
    enum Next {
        Scope(usize, usize),
        Child(usize, usize),
    }
    let mut rows = Vec::new();
    let mut left: Vec<Next> = recording.roots().map(|root| Next::Scope(root, 0)).collect();
    left.reverse();
    while let Some(next) = left.pop() {
        let (depth, of) = match next {
            Next::Scope(scope, depth) => {
                let scope = &recording.scopes[scope];
                let children = scope.children.iter().rev();
                left.extend(children.map(|child| Next::Child(*child, depth + 1)));
                (depth, Of::Scope(scope))
            }
            Next::Child(child, depth) => {
                let child = &recording.children[child];
                let scopes = child.scopes.iter().rev();
                left.extend(scopes.map(|scope| Next::Scope(*scope, depth + 1)));
                (depth, Of::Child(child))
            }
        };
        rows.push(Row { depth, last: recording.last, of });
    }
    rows
}

impl Row<'_> {
    /// Writes the row, whose upper edge is at `top`.
    pub(super) fn write(&self, page: &mut String, axis: &Axis, top: f64) -> fmt::Result {
        let middle = top + ROW / 2.0;
        let name = 6.0 + self.depth as f64 * INDENT;
        match self.of {
            Of::Scope(scope) => {
                writeln!(page, "<g class=\"scope\">")?;
                title(page, &format!("{}, opened at {}", scope.title(), scope.location))?;
                text(page, "name", name, middle, scope.title())?;
                self.write_scope(page, scope, axis, top)?;
            }
            Of::Child(child) => {
                let end = child.ended.as_ref().map_or("running", |(_, ending)| ending.word());
                writeln!(page, "<g class=\"child {end}\" data-path=\"{}\">", Escaped(&child.path))?;
                title(page, &about(child, self.last))?;
                text(page, "name", name, middle, &child.label)?;
                self.write_child(page, child, axis, top)?;
            }
        }
        writeln!(page, "</g>")
    }

    fn write_scope(
        &self,
        page: &mut String,
        scope: &ScopeLife,
        axis: &Axis,
        top: f64,
    ) -> fmt::Result {
        let (from, to) = (axis.x(scope.opened), axis.x(scope.closed.unwrap_or(self.last)));
        let (y, height) = (top + 4.0, ROW - 8.0);
        writeln!(
            page,
            "<rect class=\"frame\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
            (to - from).max(POLL),
        )?;
        let Some((at, reason)) = &scope.cancelled else { return Ok(()) };
        line(
            page,
            "cancel",
            axis.x(*at),
            top + 1.0,
            top + ROW - 1.0,
            &said(*at, "cancelled", reason),
        )?;
        text(page, "end", to + 8.0, top + ROW / 2.0, &format!("cancelled at {at:?}: {reason}"))
    }

    fn write_child(
        &self,
        page: &mut String,
        child: &ChildLife,
        axis: &Axis,
        top: f64,
    ) -> fmt::Result {
        let (y, height) = (top + 5.0, ROW - 10.0);
        let to = child.until(self.last);
        let bar = |page: &mut String, class, (from, to): (Duration, Duration), least: f64| {
            let (x, end) = (axis.x(from), axis.x(to));
            writeln!(
                page,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" \
                 height=\"{height:.1}\" data-from=\"{}\" data-to=\"{}\"/>",
                (end - x).max(least),
                from.as_nanos(),
                to.as_nanos(),
            )
        };
        bar(page, "life", (child.spawned, to), POLL)?;
        for delay in child.delays() {
            bar(page, "ready", delay, 0.0)?;
        }
        if let Some(place) = child.place(self.last) {
            bar(page, "place", place, 0.0)?;
        }
        for poll in &child.polls {
            bar(page, "poll", *poll, POLL)?;
        }
        for wake in &child.wakes {
            line(page, "wake", axis.x(*wake), top + 2.0, top + 5.0, &format!("woken at {wake:?}"))?;
        }
        if let Some((at, reason)) = &child.asked {
            line(
                page,
                "asked",
                axis.x(*at),
                top + 2.0,
                top + ROW - 2.0,
                &said(*at, "asked to end", reason),
            )?;
        }
        let (mark, words) = match &child.ended {
            None => ('…', "runs".to_owned()),
            Some((_, ending @ Ending::Completed)) => ('✓', ending.sentence()),
            Some((_, ending @ Ending::Cancelled(_))) => ('⊘', ending.sentence()),
            Some((_, ending)) => ('✗', ending.sentence()),
        };
        text(page, "end", axis.x(to).max(NAMES) + 8.0, top + ROW / 2.0, &format!("{mark} {words}"))
    }
}

/// All that is known of a child, for whoever points at it.
fn about(child: &ChildLife, last: Duration) -> String {
    let daemon = if child.is_daemon { ", a daemon" } else { "" };
    let end = child
        .ended
        .as_ref()
        .map_or("runs".to_owned(), |(at, ending)| format!("{} at {at:?}", ending.sentence()));
    let busy: Duration = child.polls.iter().map(|(from, to)| to.saturating_sub(*from)).sum();
    format!(
        "{}{daemon}\nspawned at {} after {:?}\n{}, {}, busy for {busy:?} of {:?}\n{end}",
        child.path,
        child.location,
        child.spawned,
        count(child.polls.len(), "poll"),
        count(child.wakes.len(), "wake"),
        child.until(last).saturating_sub(child.spawned),
    )
}

fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn said(at: Duration, what: &str, reason: &str) -> String {
    format!("{what} at {at:?}: {reason}")
}

fn title(page: &mut String, title: &str) -> fmt::Result {
    write!(page, "<title>{}</title>", Escaped(title))
}

fn text(page: &mut String, class: &str, x: f64, y: f64, text: &str) -> fmt::Result {
    writeln!(page, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", Escaped(text))
}

fn line(page: &mut String, class: &str, x: f64, from: f64, to: f64, title: &str) -> fmt::Result {
    writeln!(
        page,
        "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{from:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\">\
         <title>{}</title></line>",
        Escaped(title),
    )
}
