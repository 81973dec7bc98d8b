//! A scope that has no futures, wakers or slots, but is told of what happens.

mod verdict;

use super::{
    script::{OnFail, Script},
    stage::{BODY, Event, Id, Kind, Last, Told},
};
use ringfence_core::PanicPolicy;
use std::collections::{BTreeMap, BTreeSet};

/// A failure, or a word of one: whose it is, and whether it is an error or a panic.
pub(super) type Fault = (Id, Last);

/// How far the scope has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// All were asked to end, and may take until then.
    Ending(u64),
    /// Its future has ended, or was dropped.
    Done,
}

/// What a scope says in the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Value,
    Failed(Vec<Fault>),
    Elapsed,
    /// Whether by the program, and not by the scope itself.
    Cancelled(bool),
    Panicked,
}

/// The body, or a child.
#[derive(Debug)]
struct Actor {
    kind: Kind,
    status: Status,
    begun: bool,
    /// It was woken, and is to be polled.
    due: bool,
    /// Somebody has a handle that has not told the end.
    held: bool,
    /// Its handle has asked for its end.
    asked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Running,
    Ended(Last),
    /// Dropped before its end.
    Gone,
}

/// What ought to be.
pub(super) struct Model {
    script: Script,
    pub(super) phase: Phase,
    actors: BTreeMap<Id, Actor>,
    /// Who waits for whom, by its handle.
    awaiting: BTreeMap<Id, Id>,
    failures: Vec<Fault>,
    /// Failures whose handles were dropped, of which the scope has not heard.
    overdue: Vec<Fault>,
    /// Those of which it has heard so. When it did is for it to say.
    heard: Vec<Fault>,
    sunk: Vec<Fault>,
    told_to_sink: Vec<Fault>,
    panicked: bool,
    /// A failure has decided the scope.
    decided: bool,
    /// Those who waited for a place then.
    barred: BTreeSet<Id>,
    /// The program has cancelled the scope's token.
    cancelled: bool,
    elapsed: bool,
    /// Its time was up in the poll in which all ended within the grace, or had ended before: the
    /// events do not tell which.
    maybe_elapsed: bool,
    /// It was up when the scope was polled last.
    late: bool,
    /// When the time of the scope is up, once it was polled.
    deadline: Option<u64>,
    /// Who was dropped in this poll without having ended.
    cut: Vec<Id>,
    /// Somebody who has gone was woken: whoever has its slot now may be polled for it, out of order.
    stale: bool,
    /// A spawn that is not over.
    spawning: Option<Id>,
    /// Something wants the scope to be polled.
    pub(super) calls: bool,
}

impl Model {
    pub(super) fn new(script: Script) -> Self {
        let body = Actor::new(Kind::Regular);
        Self {
            script,
            phase: Phase::Open,
            actors: BTreeMap::from([(BODY, body)]),
            awaiting: BTreeMap::new(),
            failures: Vec::new(),
            overdue: Vec::new(),
            heard: Vec::new(),
            sunk: Vec::new(),
            told_to_sink: Vec::new(),
            panicked: false,
            decided: false,
            barred: BTreeSet::new(),
            cancelled: false,
            elapsed: false,
            maybe_elapsed: false,
            late: false,
            deadline: None,
            cut: Vec::new(),
            stale: false,
            spawning: None,
            calls: false,
        }
    }

    /// Whether a child has ended, in whatever way.
    pub(super) fn has_ended(&self, id: Id) -> bool {
        self.actors[&id].status != Status::Running
    }

    /// Those that have not ended.
    pub(super) fn running(&self) -> impl Iterator<Item = Id> {
        self.actors.iter().filter(|(_, actor)| actor.runs()).map(|(id, _)| *id)
    }

    /// Takes note of what has happened.
    pub(super) fn note(&mut self, log: &[Event]) {
        log.iter().for_each(|event| self.note_one(*event));
    }

    fn note_one(&mut self, event: Event) {
        match event {
            Event::Polled(id) => self.polled(id),
            Event::Pended(_) | Event::CargoDropped(_) => {}
            Event::Ended(id, last) => {
                let actor = self.actor(id);
                assert!(actor.runs(), "{id} ends twice");
                actor.status = Status::Ended(last);
            }
            Event::Dropped(id) => self.dropped(id),
            Event::FellInDrop(id) => self.fell(id),
            Event::Woken(id) => self.wake(id),
            Event::Spawning(id, kind) => {
                self.actors.insert(id, Actor::new(kind));
                self.spawning = Some(id);
            }
            Event::Spawned(id) => {
                self.spawning = None;
                let refuses = self.phase != Phase::Open || self.cancelled || self.decided;
                let refused = !self.actors[&id].runs();
                // The events do not tell when it has seen that its time is up, that nothing is left
                // to wait for, or that a handle has left it a failure.
                let unseen = self.late || !self.overdue.is_empty() || self.is_quiet();
                let unsure = refused && unseen && self.script.grace > 0;
                assert!(refused == refuses || unsure, "whether {id} is refused");
                self.calls |= !refused;
            }
            Event::ScopeCancelled => {
                if !self.cancelled && !self.decided && self.phase == Phase::Open {
                    self.cancelled = true;
                    self.calls = true;
                }
            }
            Event::ChildCancelled(id) => {
                let actor = self.actor(id);
                if actor.runs() && !actor.asked {
                    actor.asked = true;
                    self.calls = true;
                }
            }
            Event::HandleDropped(id) => self.handle_dropped(id),
            Event::Asked { child, by, told } => self.asked(child, by, told),
            Event::Sunk(id, last) => self.told_to_sink.push((id, last)),
        }
    }

    fn actor(&mut self, id: Id) -> &mut Actor {
        self.actors.get_mut(&id).expect("it was spawned")
    }

    fn wake(&mut self, id: Id) {
        let actor = self.actor(id);
        if actor.runs() {
            // Who is woken twice may be polled twice, or whoever has its slot then.
            let again = std::mem::replace(&mut actor.due, true);
            self.stale |= again;
            self.calls = true;
        } else {
            self.stale = true;
        }
    }

    fn polled(&mut self, id: Id) {
        assert!(self.phase != Phase::Done, "{id} is polled after the end");
        assert!(!self.decided || self.script.grace > 0, "{id} is polled after the decision");
        let barred = self.barred.contains(&id) || self.phase != Phase::Open;
        let actor = self.actor(id);
        assert!(actor.runs(), "{id} is polled after its end");
        actor.due = false;
        if actor.begun {
            return;
        }
        assert!(!barred, "{id} begins after the decision");
        actor.begun = true;
        if id == BODY {
            return;
        }
        let kind = actor.kind;
        let earlier = self.actors.range(1..id).filter(|(_, actor)| actor.runs() && !actor.begun);
        let earlier =
            earlier.filter(|(_, actor)| self.script.limit.is_none() || actor.kind == kind);
        let earlier: Vec<_> = earlier.map(|(id, _)| *id).collect();
        assert!(earlier.is_empty() || self.stale, "{id} begins before {earlier:?}");
        let places = self.script.limit.unwrap_or(usize::MAX);
        assert!(self.regular_that_run() <= places, "{id} begins beyond the limit");
    }

    /// How many regular children have begun and not ended.
    fn regular_that_run(&self) -> usize {
        let children = self.actors.range(1..).map(|(_, actor)| actor);
        children.filter(|actor| actor.begun && actor.runs() && actor.is_regular()).count()
    }

    fn dropped(&mut self, id: Id) {
        let actor = self.actor(id);
        let due = actor.due || !actor.begun;
        match actor.status {
            Status::Ended(last) => self.ended(id, last),
            Status::Gone => panic!("{id} is dropped twice"),
            Status::Running => {
                let asked = actor.asked;
                actor.status = Status::Gone;
                if self.spawning != Some(id) && !asked {
                    self.cut.push(id);
                }
            }
        }
        self.stale |= due;
        if let Some(by) = self.awaiting.remove(&id) {
            self.wake(by);
        }
    }

    fn ended(&mut self, id: Id, last: Last) {
        let actor = self.actor(id);
        let own = actor.kind == Kind::Owned && actor.held;
        if !own && last != Last::End {
            self.fail((id, last));
        }
    }

    /// A destructor has panicked. Of a child that was to have a value, or an error, this is the end.
    fn fell(&mut self, id: Id) {
        let actor = self.actor(id);
        let own = actor.kind == Kind::Owned && actor.held;
        match actor.status {
            Status::Ended(Last::Panic) => {}
            Status::Ended(first) => {
                actor.status = Status::Ended(Last::Panic);
                if own {
                    return;
                }
                // What was noted of its end is not what it came to.
                if first == Last::Fail {
                    self.unfail(id);
                }
                self.fail((id, Last::Panic));
            }
            _ => self.fail((id, Last::Panic)),
        }
    }

    fn unfail(&mut self, id: Id) {
        let fault = (id, Last::Fail);
        for faults in [&mut self.failures, &mut self.sunk] {
            if faults.last() == Some(&fault) {
                faults.pop();
                return;
            }
        }
        panic!("{id} had failed");
    }

    /// A failure that is the scope's.
    fn fail(&mut self, fault: Fault) {
        if fault.1 == Last::Panic && self.script.panics == PanicPolicy::Resume {
            self.panicked = true;
            self.decide(fault.0);
            return;
        }
        match self.script.on_fail {
            OnFail::Sink if fault.0 != BODY => self.sunk.push(fault),
            OnFail::Collect => self.failures.push(fault),
            OnFail::Sink | OnFail::CancelAll => {
                self.failures.push(fault);
                self.decide(fault.0);
            }
        }
    }

    /// The scope is decided by someone's failure: who waits for a place never begins.
    fn decide(&mut self, by: Id) {
        if self.decided {
            return;
        }
        self.decided = true;
        let Some(limit) = self.script.limit else { return };
        let by_child = by != BODY && self.actors[&by].begun && self.actors[&by].is_regular();
        let places = limit.saturating_sub(self.regular_that_run() + usize::from(by_child));
        let waiting = self.actors.iter().filter(|(_, actor)| actor.runs() && !actor.begun);
        let regular = waiting.filter(|(_, actor)| actor.is_regular()).skip(places);
        self.barred = regular.map(|(id, _)| *id).collect();
    }

    fn handle_dropped(&mut self, id: Id) {
        self.awaiting.remove(&id);
        let over = self.phase == Phase::Done;
        let actor = self.actor(id);
        actor.held = false;
        let Status::Ended(last @ (Last::Fail | Last::Panic)) = actor.status else { return };
        if actor.kind == Kind::Owned && !over {
            self.overdue.push((id, last));
            self.calls = true;
        }
    }

    fn asked(&mut self, child: Id, by: Option<Id>, told: Told) {
        let actor = self.actor(child);
        let expected = match (actor.status, actor.kind) {
            (Status::Running, _) => Told::Pending,
            (Status::Gone, _) => Told::Cancelled,
            (Status::Ended(Last::End), _) => Told::Value,
            (Status::Ended(last), Kind::Owned) => Told::Failure(last),
            (Status::Ended(_), _) => Told::Cancelled,
        };
        assert_eq!(told, expected, "of {child}");
        if told == Told::Pending {
            self.awaiting.remove(&child);
            if let Some(by) = by {
                self.awaiting.insert(child, by);
            }
        } else {
            actor.held = false;
        }
    }
}

impl Actor {
    fn new(kind: Kind) -> Self {
        Self { kind, status: Status::Running, begun: false, due: false, held: true, asked: false }
    }

    fn runs(&self) -> bool {
        self.status == Status::Running
    }

    fn is_regular(&self) -> bool {
        self.kind != Kind::Daemon
    }
}
