//! The record of a child of a scope that is observed.

use super::{
    ChildSnapshot, End, ObservedScope, State,
    scope::{Record as ScopeRecord, WeakScope},
};
use crate::{
    outcome::{ChildId, Label, Reason},
    sync::Lock,
};
use alloc::{
    format,
    string::{String, ToString},
    sync::{Arc, Weak},
    task::Wake,
    vec::Vec,
};
use core::{fmt, iter, mem, panic::Location, task::Waker, time::Duration};
use std::time::Instant;

/// A child of a scope that is observed; the scope's body is one, too.
///
/// A reference, cheap to clone. It may be kept, on any thread and for longer than the child: what it
/// says of who the child was, and of whom it was a child, stays true.
#[derive(Clone)]
pub struct ObservedChild(Arc<Record>);

/// Who a child is, and whence.
pub(crate) struct Origin {
    pub(crate) label: Label,
    pub(crate) location: &'static Location<'static>,
    pub(crate) is_daemon: bool,
}

struct Record {
    scope: ObservedScope,
    origin: Origin,
    spawned: Instant,
    /// Changed by the scope's future, and by whoever wakes.
    progress: Lock<Progress>,
}

struct Progress {
    stage: Stage,
    since: Instant,
    /// Whether it was woken since its last poll began; or has come in, and was not polled.
    is_woken: bool,
    polls: u64,
    wakes: u64,
    busy: Duration,
    /// Why a handle has asked for its end.
    asked: Option<Reason>,
    /// Whether it has failed, and its handle has the failure.
    has_failed: bool,
    /// What it is polled with, or would be; behind an `Arc`, so that it is not cloned under the
    /// lock.
    waker: Option<Arc<Waker>>,
    /// The scopes that were first polled inside of it, and have not ended.
    scopes: Vec<WeakScope>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It waits for a place.
    Queued,
    /// It is not being polled.
    Resting,
    Running,
    Ended,
}

/// What others see of it.
impl ObservedChild {
    /// Returns its place among its siblings.
    pub fn id(&self) -> ChildId {
        self.0.origin.label.child
    }

    /// Returns its name, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.0.origin.label.name.as_deref()
    }

    /// Returns its place and its name.
    pub fn label(&self) -> &Label {
        &self.0.origin.label
    }

    /// Returns where it was spawned; of a body, where the scope was opened.
    pub fn location(&self) -> &'static Location<'static> {
        self.0.origin.location
    }

    /// Returns whether it is a daemon.
    pub fn is_daemon(&self) -> bool {
        self.0.origin.is_daemon
    }

    /// Returns the scope that it is a child of.
    pub fn scope(&self) -> &ObservedScope {
        &self.0.scope
    }

    /// Returns itself, then the child that its scope was opened in, and so on to the root.
    pub fn ancestors(&self) -> Ancestors<'_> {
        Ancestors { next: Some(self) }
    }

    /// Returns the names of the scopes and children from the root down to it, divided by `/`.
    ///
    /// A scope without a name is left out; a child without one is shown by its number.
    ///
    /// # Examples
    ///
    /// [`current`](super::current) has one.
    pub fn path(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for child in self.ancestors() {
            names.push(child.name().map_or_else(|| child.id().to_string(), ToString::to_string));
            names.extend(child.scope().name().map(ToString::to_string));
        }
        names.reverse();
        names.join("/")
    }
}

/// A child, and who is above it, as [`ObservedChild::ancestors`] returns them.
#[derive(Clone, Debug)]
pub struct Ancestors<'a> {
    next: Option<&'a ObservedChild>,
}

impl<'a> Iterator for Ancestors<'a> {
    type Item = &'a ObservedChild;

    fn next(&mut self) -> Option<Self::Item> {
        let child = self.next?;
        self.next = child.scope().parent();
        Some(child)
    }
}

impl iter::FusedIterator for Ancestors<'_> {}

/// What the record of its scope does, and of those inside of it.
impl ObservedChild {
    pub(super) fn new(scope: ObservedScope, origin: Origin, at: Instant) -> Self {
        let progress = Progress {
            stage: Stage::Resting,
            since: at,
            is_woken: true,
            polls: 0,
            wakes: 0,
            busy: Duration::ZERO,
            asked: None,
            has_failed: false,
            waker: None,
            scopes: Vec::new(),
        };
        Self(Arc::new(Record { scope, origin, spawned: at, progress: Lock::new(progress) }))
    }

    /// A scope was first polled inside of it.
    pub(super) fn hold(&self, scope: WeakScope) {
        self.0.progress.with(|progress| progress.scopes.push(scope));
    }

    /// A scope inside of it has ended.
    pub(super) fn let_go(&self, scope: &Arc<ScopeRecord>) {
        let ended = Arc::as_ptr(scope);
        self.0.progress.with(|progress| {
            progress.scopes.retain(|held| !core::ptr::eq(Weak::as_ptr(held), ended));
        });
    }

    /// It waits for a place, or does not any more.
    pub(crate) fn set_queued(&self, is_queued: bool) {
        let stage = if is_queued { Stage::Queued } else { Stage::Resting };
        let at = self.0.scope.now();
        self.0.progress.with(|progress| {
            progress.stage = stage;
            progress.since = at;
        });
        self.0.scope.crowd().tell(|observer| {
            if is_queued { observer.queued(self, at) } else { observer.admitted(self, at) }
        });
    }

    /// A handle has asked for its end. The first reason stays.
    pub(super) fn asked(&self, reason: Reason) {
        self.0.progress.with(|progress| {
            progress.asked.get_or_insert(reason);
        });
    }

    /// Why a handle has asked for its end, if it did.
    pub(crate) fn why(&self) -> Option<Reason> {
        self.0.progress.with(|progress| progress.asked.clone())
    }

    /// It has failed, and its handle has the failure.
    pub(crate) fn failed(&self) {
        self.0.progress.with(|progress| progress.has_failed = true);
    }

    /// A poll of it begins. Returns the waker for it, which tells of wakes, and passes them on to
    /// `waker`.
    #[cold]
    pub(crate) fn poll_begins(&self, waker: &Waker) -> Waker {
        let kept = self.0.progress.with(|progress| progress.waker.clone());
        if !kept.is_some_and(|kept| kept.will_wake(waker)) {
            let new = Some(Arc::new(waker.clone()));
            drop(self.0.progress.with(|progress| mem::replace(&mut progress.waker, new)));
        }
        let scope = self.scope();
        let at = scope.now();
        self.0.progress.with(|progress| {
            progress.stage = Stage::Running;
            progress.since = at;
            progress.is_woken = false;
            progress.polls += 1;
        });
        scope.crowd().tell(|observer| observer.poll_begins(self, at));
        scope.set_polled(Some(self.clone()));
        Waker::from(self.0.clone())
    }

    /// Its poll has ended.
    pub(super) fn poll_ends(&self) {
        let scope = self.scope();
        let at = scope.now();
        self.0.progress.with(|progress| {
            progress.stage = Stage::Resting;
            progress.busy += at.saturating_duration_since(progress.since);
            progress.since = at;
        });
        scope.crowd().tell(|observer| observer.poll_ends(self, at));
    }

    pub(super) fn ended(&self, end: End<'_>, at: Instant) {
        let (waker, has_failed) = self.0.progress.with(|progress| {
            progress.stage = Stage::Ended;
            progress.since = at;
            (progress.waker.take(), progress.has_failed)
        });
        drop(waker);
        let end = match end {
            End::Completed if has_failed => End::Failed,
            end => end,
        };
        self.0.scope.crowd().tell(|observer| observer.ended(self, end, at));
    }

    pub(super) fn snapshot(&self, at: Instant) -> ChildSnapshot {
        let (mut snapshot, scopes) = self.0.progress.with(|progress| {
            let state = match progress.stage {
                Stage::Queued => State::Queued,
                Stage::Resting if progress.is_woken => State::Runnable,
                Stage::Resting => State::Waiting,
                Stage::Running => State::Running,
                Stage::Ended => State::Ended,
            };
            let snapshot = ChildSnapshot {
                state,
                since: progress.since,
                polls: progress.polls,
                wakes: progress.wakes,
                busy: progress.busy,
                asked: progress.asked.clone(),
                ..ChildSnapshot::new(&self.0.origin, self.0.spawned)
            };
            (snapshot, progress.scopes.clone())
        });
        snapshot.age = at.saturating_duration_since(self.0.spawned);
        let scopes = scopes.iter().filter_map(ObservedScope::of);
        snapshot.scopes = scopes.map(|scope| scope.snapshot()).collect();
        snapshot
    }
}

/// The child's waker.
impl Wake for Record {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = self.progress.with(|progress| {
            let waker = progress.waker.clone()?;
            progress.is_woken = true;
            progress.wakes += 1;
            Some(waker)
        });
        // Nobody is woken who has ended.
        let Some(waker) = waker else { return };
        let child = ObservedChild(self.clone());
        self.scope.crowd().tell(|observer| observer.woken(&child));
        waker.wake_by_ref();
    }
}

impl fmt::Debug for ObservedChild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("ObservedChild({})", self.path()))
    }
}
