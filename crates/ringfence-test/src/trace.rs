//! What was done, in order.

mod watched;

pub use watched::Watched;

use crate::lock::Lock;
use std::{
    fmt,
    future::Future,
    sync::Arc,
    task::{Wake, Waker},
};

/// Notes the polls, wakes and drops of futures and wakers in one order, to be asserted.
///
/// A [`Probe`](crate::Probe) counts what is done to it; a trace tells what came before what, among
/// any number of futures and wakers. Each is [watched](Self::watch) under a name, and what happens
/// to it is a line: `poll a`, `wake a`, `end a`, `panic a`, `drop a`. Lines of one's own are
/// [noted](Self::note) among them.
///
/// Clones are the same trace.
///
/// # Examples
///
/// ```
/// use ringfence_core::race;
/// use ringfence_test::{Probe, Trace, run};
///
/// let trace = Trace::new();
/// let winner = trace.watch("winner", Probe::yields(1, 1));
/// let loser = trace.watch("loser", Probe::pending());
/// run(0, async {
///     race((loser, winner)).await;
///     trace.note("over");
/// });
/// trace.assert_in_order(["poll loser", "wake winner", "end winner", "drop loser", "over"]);
/// assert_eq!(trace.count("poll winner"), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: Arc<Lock<Vec<String>>>,
}

impl Trace {
    /// Returns a trace without lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn note(&self, line: impl Into<String>) {
        let line = line.into();
        self.lines.with(|lines| lines.push(line));
    }

    /// Returns `future`, with all that happens to it noted under `name`.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_test::{Stepper, Trace};
    /// use std::future::ready;
    ///
    /// let trace = Trace::new();
    /// let watched = trace.watch("a", ready(1));
    /// assert!(Stepper::new(watched).step().is_ready());
    /// assert_eq!(trace.take(), ["poll a", "end a", "drop a"]);
    /// ```
    pub fn watch<F: Future>(&self, name: impl Into<String>, future: F) -> Watched<F> {
        Watched::new(self.clone(), name.into(), future)
    }

    /// Returns a waker that notes its wakes under `name`.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_test::Trace;
    ///
    /// let trace = Trace::new();
    /// trace.waker("parent").wake();
    /// assert_eq!(trace.take(), ["wake parent"]);
    /// ```
    pub fn waker(&self, name: impl Into<String>) -> Waker {
        Waker::from(Arc::new(Noting { trace: self.clone(), name: name.into() }))
    }

    /// Returns all lines.
    pub fn lines(&self) -> Vec<String> {
        self.lines.with(|lines| lines.clone())
    }

    /// Returns all lines, and forgets them.
    pub fn take(&self) -> Vec<String> {
        self.lines.with(std::mem::take)
    }

    /// Returns how often `line` was noted.
    pub fn count(&self, line: &str) -> usize {
        self.lines.with(|lines| lines.iter().filter(|noted| *noted == line).count())
    }

    /// Asserts that these lines were noted in this order, with any others in between.
    ///
    /// # Panics
    ///
    /// If they were not: with the first that is missing, and with the whole trace.
    #[track_caller]
    pub fn assert_in_order<'a>(&self, expected: impl IntoIterator<Item = &'a str>) {
        let lines = self.lines();
        let mut rest = lines.iter();
        let mut before = "the begin";
        for line in expected {
            let found = rest.any(|noted| noted == line);
            assert!(found, "no `{line}` after {before}, in:\n  {}", lines.join("\n  "));
            before = line;
        }
    }

    /// Asserts that `line` was never noted.
    ///
    /// # Panics
    ///
    /// If it was: with the whole trace.
    #[track_caller]
    pub fn assert_never(&self, line: &str) {
        assert_eq!(self.count(line), 0, "`{line}` is in:\n  {}", self.lines().join("\n  "));
    }
}

/// The lines, one below the other.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

/// A waker that notes its wakes, and does nothing else.
struct Noting {
    trace: Trace,
    name: String,
}

impl Wake for Noting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.trace.note(format!("wake {}", self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn message_of(act: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(act)).unwrap_err();
        *panic.downcast::<String>().unwrap()
    }

    #[test]
    fn an_order_is_one_with_gaps_and_is_told_where_it_breaks() {
        let trace = Trace::new();
        ["a", "b", "c", "a"].into_iter().for_each(|line| trace.note(line));
        trace.assert_in_order(["a", "c", "a"]);
        let message = message_of(|| trace.assert_in_order(["c", "b"]));
        assert_eq!(message, "no `b` after c, in:\n  a\n  b\n  c\n  a");
        assert!(
            message_of(|| trace.assert_in_order(["a", "a", "a"])).starts_with("no `a` after a")
        );
    }

    #[test]
    fn what_never_happened_is_asserted_too() {
        let trace = Trace::new();
        trace.note("a");
        trace.assert_never("b");
        assert!(message_of(|| trace.assert_never("a")).contains("`a` is in:\n  a"));
    }

    #[test]
    fn lines_that_were_taken_are_gone() {
        let trace = Trace::new();
        trace.note("a");
        assert_eq!((trace.to_string().as_str(), trace.count("a")), ("a", 1));
        assert_eq!((trace.take(), trace.lines()), (vec!["a".to_owned()], Vec::new()));
    }
}
