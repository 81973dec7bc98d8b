//! The observer that records.

use crate::recording::{ChildLife, Ending, Recording, ScopeLife};
use ringfence_core::{
    ChildId, Reason,
    observe::{End, ObservedChild, ObservedScope, Observer, ScopeId},
};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// An observer that records what happens, to be written as a trace file or as a timeline.
///
/// Clones share one recording. It may be given to several scopes, one after the other or at once.
///
/// # Cost
///
/// Some 300 bytes for each child, 32 for each poll and 16 for each wake, which stay until the last
/// clone is dropped. Each event takes a lock that all scopes with this recorder share.
///
/// A wake reads the clock of the scope's timer, inside the wake.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
/// use ringfence_trace::Recorder;
/// use std::convert::Infallible;
///
/// let recorder = Recorder::new();
/// let done = block_on(scope(async |_| Ok::<_, Infallible>(())).observe(recorder.clone()));
/// assert!(done.is_ok());
/// assert!(recorder.recording().trace_file().contains("\"body\""));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// When the first scope was opened.
    begin: Option<Instant>,
    recording: Recording,
    /// The numbers of the scopes that have not ended.
    scopes: HashMap<ScopeId, usize>,
    /// The numbers of the children that have not ended.
    children: HashMap<(ScopeId, ChildId), usize>,
}

impl Recorder {
    /// Makes a recorder that has recorded nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns what was recorded so far.
    pub fn recording(&self) -> Recording {
        self.state().recording.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records something of a child.
    fn of_child(
        &self,
        child: &ObservedChild,
        at: Instant,
        note: impl FnOnce(&mut ChildLife, Duration),
    ) {
        let mut state = self.state();
        let at = state.time(at);
        if let Some(number) = state.children.get(&key(child)).copied() {
            note(&mut state.recording.children[number], at);
        }
    }
}

fn key(child: &ObservedChild) -> (ScopeId, ChildId) {
    (child.scope().id(), child.id())
}

impl State {
    /// How long after the beginning that was.
    fn time(&mut self, at: Instant) -> Duration {
        let time = at.saturating_duration_since(*self.begin.get_or_insert(at));
        self.recording.last = self.recording.last.max(time);
        time
    }
}

impl Observer for Recorder {
    fn opened(&self, scope: &ObservedScope, at: Instant) {
        let mut state = self.state();
        let opened = state.time(at);
        let number = state.recording.scopes.len();
        let parent = scope.parent().and_then(|parent| state.children.get(&key(parent)).copied());
        if let Some(parent) = parent {
            state.recording.children[parent].scopes.push(number);
        }
        state.scopes.insert(scope.id(), number);
        state.recording.scopes.push(ScopeLife {
            name: scope.name().map(|name| Cow::Owned(name.to_owned())),
            location: scope.location(),
            parent,
            children: Vec::new(),
            opened,
            cancelled: None,
            closed: None,
        });
    }

    fn spawned(&self, child: &ObservedChild, at: Instant) {
        let (label, path) = (child.label().to_string(), child.path());
        let mut state = self.state();
        let spawned = state.time(at);
        let Some(scope) = state.scopes.get(&child.scope().id()).copied() else { return };
        let number = state.recording.children.len();
        state.children.insert(key(child), number);
        state.recording.scopes[scope].children.push(number);
        state.recording.children.push(ChildLife {
            label,
            path,
            location: child.location(),
            is_body: child.id().is_body(),
            is_daemon: child.is_daemon(),
            scopes: Vec::new(),
            spawned,
            queued: None,
            polls: Vec::new(),
            wakes: Vec::new(),
            asked: None,
            ended: None,
        });
    }

    fn queued(&self, child: &ObservedChild, at: Instant) {
        self.of_child(child, at, |child, at| child.queued = Some((at, None)));
    }

    fn admitted(&self, child: &ObservedChild, at: Instant) {
        self.of_child(child, at, |child, at| {
            if let Some((_, admitted)) = &mut child.queued {
                *admitted = Some(at);
            }
        });
    }

    fn poll_begins(&self, child: &ObservedChild, at: Instant) {
        self.of_child(child, at, |child, at| child.polls.push((at, at)));
    }

    fn poll_ends(&self, child: &ObservedChild, at: Instant) {
        self.of_child(child, at, |child, at| {
            if let Some((_, end)) = child.polls.last_mut() {
                *end = at;
            }
        });
    }

    fn woken(&self, child: &ObservedChild) {
        // Before the lock: a clock is foreign code.
        let at = child.scope().now();
        self.of_child(child, at, |child, at| child.wakes.push(at));
    }

    fn child_cancelled(&self, child: &ObservedChild, reason: &Reason, at: Instant) {
        self.of_child(child, at, |child, at| child.asked = Some((at, reason.to_string())));
    }

    fn cancelled(&self, scope: &ObservedScope, reason: &Reason, at: Instant) {
        let mut state = self.state();
        let at = state.time(at);
        if let Some(number) = state.scopes.get(&scope.id()).copied() {
            state.recording.scopes[number].cancelled = Some((at, reason.to_string()));
        }
    }

    fn ended(&self, child: &ObservedChild, end: End<'_>, at: Instant) {
        let ending = match end {
            End::Completed => Ending::Completed,
            End::Panicked(panic) => Ending::Panicked(panic.to_string()),
            End::Cancelled(reason) => Ending::Cancelled(reason.to_string()),
            // Also what may come to be: it has no value.
            _ => Ending::Failed,
        };
        self.of_child(child, at, |child, at| child.ended = Some((at, ending)));
        self.state().children.remove(&key(child));
    }

    fn closed(&self, scope: &ObservedScope, at: Instant) {
        let mut state = self.state();
        let at = state.time(at);
        if let Some(number) = state.scopes.remove(&scope.id()) {
            state.recording.scopes[number].closed = Some(at);
        }
    }
}
