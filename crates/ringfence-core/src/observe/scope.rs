//! The record of a scope that is observed.

use super::{
    End, ObservedChild, Phase, Snapshot,
    child::Origin,
    crowd::{Crowd, Onlooker},
};
use crate::{
    outcome::{ChildId, Label, Name, Reason},
    rt::{self, Timer as _, TimerInForce},
    sync::Lock,
};
use alloc::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    vec::Vec,
};
use core::{fmt, mem, panic::Location};
// Not loom's, whose atomics cannot be static: it is only a number.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// A scope that is observed.
///
/// A reference, cheap to clone. It may be kept, on any thread and for longer than the scope: what it
/// says of where the scope was stays true.
#[derive(Clone)]
pub struct ObservedScope(Arc<Record>);

/// Where a record of a scope is, if it is still kept.
pub(super) type WeakScope = Weak<Record>;

/// # Who may touch what
///
/// The fields never change, but for `state`, which is changed by the scope's future, and by its
/// handles where they move its deadline or cancel a child.
pub(super) struct Record {
    id: ScopeId,
    name: Option<Name>,
    location: &'static Location<'static>,
    /// Inside of whom the scope was first polled.
    parent: Option<ObservedChild>,
    crowd: Crowd,
    /// The timer in force where the scope was first polled.
    timer: TimerInForce,
    opened: Instant,
    state: Lock<State>,
}

struct State {
    phase: Phase,
    /// The body and the children that have come in and not ended.
    children: BTreeMap<ChildId, ObservedChild>,
    /// How many have come in.
    spawned: u64,
    /// Whose end was asked for, and why, before they came in.
    early: Vec<(ChildId, Reason)>,
    /// Who is being polled.
    polled: Option<ObservedChild>,
    /// The earliest deadline of the scope and of what is around it.
    deadline: Option<Instant>,
}

/// What tells an observed scope from all others of the process.
///
/// # Examples
///
/// ```
/// use ringfence_core::{block_on, scope};
/// use std::convert::Infallible;
///
/// let ids = block_on(
///     scope(async |s| -> Result<_, Infallible> {
///         let inner = scope(async |s| -> Result<_, Infallible> { Ok(s.snapshot().id) });
///         Ok((s.snapshot().id.unwrap(), inner.await.unwrap().unwrap()))
///     })
///     .observe(()),
/// );
/// let (outer, inner) = ids.unwrap();
/// assert!(outer < inner);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(usize);

impl ScopeId {
    fn next() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        // Relaxed: nothing else is told by it.
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for ScopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scope {}", self.0)
    }
}

/// What others see of it.
impl ObservedScope {
    /// Returns what tells it from all other scopes of the process.
    pub fn id(&self) -> ScopeId {
        self.0.id
    }

    /// Returns its name, if one was given.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Returns where it was opened.
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// Returns the child inside of which it was first polled, if that is of an observed scope.
    pub fn parent(&self) -> Option<&ObservedChild> {
        self.0.parent.as_ref()
    }

    /// Returns the present, by the timer in force where the scope was first polled.
    pub fn now(&self) -> Instant {
        self.0.timer.now()
    }

    /// Returns what is known of the scope now.
    ///
    /// Children that have been spawned since the scope was polled are not in it, as they are in that
    /// of [`Scope::snapshot`](crate::Scope::snapshot).
    pub fn snapshot(&self) -> Snapshot {
        let (phase, children, spawned, deadline) = self.0.state.with(|state| {
            let children: Vec<_> = state.children.values().cloned().collect();
            (state.phase.clone(), children, state.spawned, state.deadline)
        });
        let at = self.now();
        let mut children: Vec<_> = children.iter().map(|child| child.snapshot(at)).collect();
        // The body's number is beyond all others.
        children.sort_by_key(|child| (!child.label.child.is_body(), child.label.child));
        Snapshot {
            id: Some(self.0.id),
            name: self.0.name.clone(),
            location: self.0.location,
            parent: self.0.parent.clone(),
            phase,
            at,
            age: at.saturating_duration_since(self.0.opened),
            deadline,
            spawned,
            children,
            faults: self.0.crowd.faults(),
        }
    }
}

/// What the scope's future and its handles do.
impl ObservedScope {
    /// Opens the record of a scope: inside of `parent`, or for `observers` of its own, or both. None
    /// without either.
    pub(crate) fn open(
        name: Option<Name>,
        location: &'static Location<'static>,
        parent: Option<ObservedChild>,
        observers: Vec<Arc<Onlooker>>,
    ) -> Option<Self> {
        if parent.is_none() && observers.is_empty() {
            return None;
        }
        let around = parent.as_ref().map(|parent| parent.scope().0.crowd.clone());
        let timer = rt::timer();
        let scope = Self(Arc::new(Record {
            id: ScopeId::next(),
            name,
            location,
            crowd: around.unwrap_or_default().and(observers),
            opened: timer.now(),
            timer,
            state: Lock::new(State {
                phase: Phase::Open,
                children: BTreeMap::new(),
                spawned: 0,
                early: Vec::new(),
                polled: None,
                deadline: None,
            }),
            parent,
        }));
        if let Some(parent) = &scope.0.parent {
            parent.hold(Arc::downgrade(&scope.0));
        }
        scope.0.crowd.tell(|observer| observer.opened(&scope, scope.0.opened));
        scope.spawned(Origin {
            label: Label { child: ChildId::BODY, name: None },
            location,
            is_daemon: false,
        });
        Some(scope)
    }

    /// A child has come in.
    #[cold]
    pub(crate) fn spawned(&self, origin: Origin) {
        let id = origin.label.child;
        let at = self.now();
        let child = ObservedChild::new(self.clone(), origin, at);
        let asked = self.0.state.with(|state| {
            state.children.insert(id, child.clone());
            if !id.is_body() {
                state.spawned = state.spawned.max(id.index() + 1);
            }
            let early = state.early.iter().position(|(early, _)| *early == id);
            early.map(|place| state.early.swap_remove(place).1)
        });
        self.0.crowd.tell(|observer| observer.spawned(&child, at));
        if let Some(reason) = asked {
            self.ask(&child, reason);
        }
    }

    /// A child that has come in and not ended.
    pub(crate) fn child(&self, id: ChildId) -> Option<ObservedChild> {
        self.0.state.with(|state| state.children.get(&id).cloned())
    }

    /// Who is being polled, if anyone is.
    pub(crate) fn polled(&self) -> Option<ObservedChild> {
        self.0.state.with(|state| state.polled.clone())
    }

    /// Says who is being polled from now on. Returns who was.
    pub(super) fn set_polled(&self, child: Option<ObservedChild>) -> Option<ObservedChild> {
        self.0.state.with(|state| mem::replace(&mut state.polled, child))
    }

    /// The poll in progress has ended, if there was one.
    #[cold]
    pub(crate) fn poll_ends(&self) {
        if let Some(child) = self.set_polled(None) {
            child.poll_ends();
        }
    }

    /// Those who look on.
    pub(super) fn crowd(&self) -> &Crowd {
        &self.0.crowd
    }

    /// A child has ended, and was dropped.
    #[cold]
    pub(crate) fn ended(&self, id: ChildId, end: End<'_>) {
        let Some(child) = self.0.state.with(|state| state.children.remove(&id)) else { return };
        child.ended(end, self.now());
    }

    /// A handle has asked for the end of a child.
    pub(crate) fn child_cancelled(&self, id: ChildId, reason: Reason) {
        let mut early = Some(reason);
        let child = self.0.state.with(|state| {
            let child = state.children.get(&id).cloned();
            if child.is_none() {
                state.early.extend(early.take().map(|reason| (id, reason)));
            }
            child
        });
        if let (Some(child), Some(reason)) = (child, early) {
            self.ask(&child, reason);
        }
    }

    fn ask(&self, child: &ObservedChild, reason: Reason) {
        child.asked(reason.clone());
        let at = self.now();
        self.0.crowd.tell(|observer| observer.child_cancelled(child, &reason, at));
    }

    /// Everything is asked to end. The first reason stays.
    #[cold]
    pub(crate) fn cancelled(&self, reason: &Reason) {
        let first = self.0.state.with(|state| {
            let first = matches!(state.phase, Phase::Open);
            if first {
                state.phase = Phase::Cancelling(reason.clone());
            }
            first
        });
        if first {
            let at = self.now();
            self.0.crowd.tell(|observer| observer.cancelled(self, reason, at));
        }
    }

    /// The scope's deadline, or the earlier one around it, is this from now on.
    pub(crate) fn set_deadline(&self, deadline: Option<Instant>) {
        self.0.state.with(|state| state.deadline = deadline);
    }

    /// Nothing is left but polls on other threads.
    #[cold]
    pub(crate) fn draining(&self) {
        self.0.state.with(|state| state.phase = Phase::Draining);
    }

    /// Nothing is left.
    #[cold]
    pub(crate) fn closed(&self) {
        let _left = self.0.state.with(|state| {
            state.phase = Phase::Ended;
            state.deadline = None;
            // A child whose end was lost to a panic is told of no more.
            (mem::take(&mut state.early), mem::take(&mut state.children))
        });
        if let Some(parent) = &self.0.parent {
            parent.let_go(&self.0);
        }
        let at = self.now();
        self.0.crowd.tell(|observer| observer.closed(self, at));
    }

    /// The scope of a record that is still kept.
    pub(super) fn of(record: &WeakScope) -> Option<Self> {
        record.upgrade().map(Self)
    }
}

impl fmt::Debug for ObservedScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedScope")
            .field("id", &self.0.id)
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
