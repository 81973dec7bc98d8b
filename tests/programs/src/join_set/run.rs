//! A program on a set, step by step.

use super::{
    Op,
    model::{End, Model},
    stage::{Act, Bell, Child, Event, Id, OnDrop, Seat, Stage, Value},
};
use crate::{
    caught::{Called, caught},
    parents::{PARENTS, Parents},
    tape::Tape,
};
use ringfence_core::{JoinSet, Key, Outcome, until};
use ringfence_test::poll_once;
use std::{
    mem,
    pin::pin,
    task::{Context, Poll},
};

/// How many wakers are kept at a time.
const KEPT: usize = 6;

/// How many children there are at most in a program.
const CHILDREN: usize = 200;

/// A program that runs.
pub(super) struct Run {
    set: JoinSet<Child>,
    model: Model,
    stage: Stage,
    parents: Parents,
    kept: Vec<Bell>,
    /// How many sets there were before.
    number: usize,
    /// The children of sets that were forgotten: nobody may ever touch them.
    lost: Vec<Id>,
    /// What was dropped, in order: children, and values.
    dropped: Vec<Id>,
    values: Vec<Id>,
    values_dropped: Vec<Id>,
}

/// The last one wakes what the stage says.
fn parents(stage: &Stage) -> Parents {
    let stage = stage.clone();
    Parents::new(move || stage.echo())
}

impl Run {
    pub(super) fn new() -> Self {
        let stage = Stage::default();
        Self {
            set: JoinSet::new(),
            model: Model::new(0),
            parents: parents(&stage),
            stage,
            kept: Vec::new(),
            number: 0,
            lost: Vec::new(),
            dropped: Vec::new(),
            values: Vec::new(),
            values_dropped: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, op: Op, tape: &mut Tape<'_>) {
        tape.tell(&op);
        match op {
            Op::Insert => self.insert(tape),
            Op::InsertMany => {
                for _ in 0..40 + tape.below(40) {
                    self.take_in(Act::Stay, OnDrop::Nothing);
                }
            }
            Op::Direct | Op::DirectSilently => {
                let Some(id) = self.pick(tape) else { return };
                let act = self.act(tape);
                tape.tell(&(id, act));
                self.stage.direct(id, act);
                if let Op::Direct = op {
                    self.stage.rouse(id);
                }
            }
            Op::Will => {
                let Some(id) = self.pick(tape) else { return };
                let on_drop = self.on_drop(tape);
                self.stage.will(id, on_drop);
            }
            Op::Wake => {
                let Some(id) = self.pick_any(tape) else { return };
                self.stage.rouse(id);
            }
            Op::Poll => {
                let parent = tape.below(PARENTS);
                tape.tell(&parent);
                self.poll(parent);
            }
            Op::TryNext => self.try_next(),
            Op::Wait => self.wait(tape.below(2) == 0, tape.below(PARENTS)),
            Op::Remove => self.remove(tape),
            Op::Contains => {
                let Some(id) = self.pick_any(tape) else { return };
                let Some(key) = self.model.key(id) else { return };
                assert_eq!(self.set.contains(key), self.model.contains(id), "contains {id}");
            }
            Op::Clear => self.clear(|set| set.clear()),
            Op::Keep => {
                let Some(bell) = self.pick_any(tape).and_then(|id| self.stage.bell(id)) else {
                    return;
                };
                if self.kept.len() == KEPT {
                    self.kept.remove(0);
                }
                self.kept.push(bell);
            }
            Op::WakeKept => {
                if let Some(bell) = self.kept.get(tape.below(KEPT)).cloned() {
                    self.stage.ring(&bell);
                }
            }
            Op::DropKept => drop(self.kept.pop()),
            Op::ForgetKept => mem::forget(self.kept.pop()),
            Op::Echo => self.stage.set_echo(self.kept.last().cloned()),
            Op::Move => {
                // To the heap and back: the set is somewhere else meanwhile.
                let moved = Box::new(mem::take(&mut self.set));
                self.set = *moved;
            }
            Op::Renew => self.renew(tape),
            Op::Forget => {
                mem::forget(mem::take(&mut self.set));
                let (children, values) = self.model.forget();
                self.lost.extend(children);
                self.values_dropped.extend(values);
                self.begin(JoinSet::new());
            }
        }
        self.between();
    }

    /// Whatever has happened since the last step was told, no wake is lost.
    fn between(&mut self) {
        let log = self.take_log();
        self.model.between(&log);
        self.model.check(self.parents.wakes());
        assert_eq!(self.set.len(), self.model.len(), "len");
        assert_eq!(self.set.is_empty(), self.model.len() == 0, "is_empty");
    }

    fn take_log(&mut self) -> Vec<Event> {
        let log = self.stage.take_log();
        for event in &log {
            match event {
                Event::Dropped(id) => self.dropped.push(*id),
                Event::Ended(id) => self.values.push(*id),
                Event::ValueDropped(id) => self.values_dropped.push(*id),
                _ => {}
            }
        }
        log
    }

    /// One of the children that have not ended.
    fn pick(&self, tape: &mut Tape<'_>) -> Option<Id> {
        let number = tape.below(256);
        let running: Vec<_> = self.model.running().collect();
        (!running.is_empty()).then(|| running[number % running.len()])
    }

    /// One of the children that there were of late, be they here or gone.
    fn pick_any(&self, tape: &mut Tape<'_>) -> Option<Id> {
        let made = self.stage.made();
        let back = tape.below(12) + 1;
        made.checked_sub(back)
    }

    fn act(&self, tape: &mut Tape<'_>) -> Act {
        let other = |tape: &mut Tape<'_>| self.pick_any(tape).unwrap_or(0);
        match tape.below(9) {
            0 | 1 => Act::Stay,
            2 => Act::Yield,
            3 | 4 => Act::Rouse(other(tape)),
            5 | 6 => Act::End,
            7 => Act::EndWithBomb,
            _ => Act::Panic,
        }
    }

    fn on_drop(&self, tape: &mut Tape<'_>) -> OnDrop {
        match tape.below(6) {
            0..=2 => OnDrop::Nothing,
            3 => OnDrop::Panic,
            _ => OnDrop::Rouse(self.pick_any(tape).unwrap_or(0)),
        }
    }

    fn insert(&mut self, tape: &mut Tape<'_>) {
        let act = self.act(tape);
        let on_drop = if tape.below(4) == 0 { self.on_drop(tape) } else { OnDrop::Nothing };
        tape.tell(&(act, on_drop));
        self.take_in(act, on_drop);
    }

    fn take_in(&mut self, act: Act, on_drop: OnDrop) {
        if self.stage.made() >= CHILDREN {
            return;
        }
        let (id, child) = self.stage.child(act, on_drop);
        let key = self.set.insert(child);
        self.seat(id, key);
    }

    fn seat(&mut self, id: Id, key: Key) {
        self.stage.place(id, Seat { set: self.number, slot: key.index() });
        self.model.insert(id, key);
    }

    fn poll(&mut self, parent: usize) {
        let before = self.parents.wakes();
        let mut cx = Context::from_waker(self.parents.waker(parent));
        let answer = self.set.poll_next(&mut cx);
        let log = self.take_log();
        self.model.resume();
        if let Some(first) = self.model.take() {
            // Before anybody is polled.
            self.model.between(&log);
            let Poll::Ready(Some(ended)) = answer else { panic!("{first:?} is done") };
            return self.check_end(first, ended);
        }
        let is_running = self.model.is_running();
        let turn = self.model.turn(&log, false);
        match (turn.ended.first(), answer) {
            (None, Poll::Ready(None)) => assert!(!is_running, "it is not empty"),
            (None, Poll::Pending) => {
                assert!(is_running, "an empty set has nothing to wait for");
                self.model.rest(&turn);
                self.model.wait(parent, before, self.parents.wakes());
            }
            (Some(end), Poll::Ready(Some(ended))) => self.check_end(*end, ended),
            (end, _) => panic!("of {end:?} something else is told"),
        }
    }

    fn try_next(&mut self) {
        let answer = self.set.try_next();
        let log = self.take_log();
        if let Some(first) = self.model.take() {
            // Before anybody is polled.
            self.model.between(&log);
            return self.check_end(first, answer.expect("there is one that is done"));
        }
        let is_running = self.model.is_running();
        let turn = self.model.turn(&log, false);
        match (turn.ended.first(), answer) {
            (None, None) if is_running => self.model.rest(&turn),
            (None, None) => {}
            (Some(end), Some(ended)) => self.check_end(*end, ended),
            (end, _) => panic!("of {end:?} something else is told"),
        }
    }

    fn wait(&mut self, all: bool, parent: usize) {
        let before = self.parents.wakes();
        let waker = self.parents.waker(parent);
        let answer = match all {
            true => poll_once(pin!(self.set.wait(until::AllCompleted)), waker),
            false => poll_once(pin!(self.set.wait(until::FirstCompleted)), waker),
        };
        let log = self.take_log();
        self.model.resume();
        let turn = self.model.turn(&log, true);
        self.model.keep(&turn);
        if self.model.is_running() {
            self.model.rest(&turn);
        }
        let met = !self.model.is_running() || (!all && self.model.has_done());
        match answer {
            Poll::Ready(done) => {
                assert!(met, "the condition is not met");
                let expected = self.model.take_all();
                assert_eq!(done.len(), expected.len(), "{expected:?} are done");
                for (end, ended) in expected.into_iter().zip(done) {
                    self.check_end(end, ended);
                }
            }
            Poll::Pending => {
                assert!(!met, "the condition is met");
                self.model.wait(parent, before, self.parents.wakes());
            }
        }
    }

    /// An outcome that was handed over is that of the child, and is dropped.
    fn check_end(&mut self, (id, end): (Id, End), (key, outcome): (Key, Outcome<Value>)) {
        self.model.check_key(id, key);
        match (&outcome, end) {
            (Outcome::Completed(value), End::Completed) => assert_eq!(value.id, id),
            (Outcome::Panicked(_), End::Panicked) => {}
            (_, end) => panic!("{id} has {end:?}, and something else is told"),
        }
        let _ = caught(|| drop(outcome));
    }

    fn remove(&mut self, tape: &mut Tape<'_>) {
        let Some(id) = self.pick_any(tape) else { return };
        let Some(key) = self.model.key(id) else { return };
        let removed = caught(|| self.set.remove(key));
        let log = self.take_log();
        let (was_there, ran) = self.model.remove(id);
        let dropped = ran.then_some(id);
        self.model.dropping(&log, dropped.as_slice());
        if let Called::Returned(removed) = removed {
            assert_eq!(removed, was_there, "removed {id}");
        }
        assert!(!self.set.contains(key));
    }

    fn clear(&mut self, clear: impl FnOnce(&mut JoinSet<Child>)) {
        let _ = caught(|| clear(&mut self.set));
        let log = self.take_log();
        let ids = self.model.clear();
        self.model.dropping(&log, &ids);
        assert!(self.set.is_empty());
    }

    /// Drops the set, and begins another.
    fn renew(&mut self, tape: &mut Tape<'_>) {
        let mut children = Vec::new();
        for _ in 0..tape.below(5) {
            children.push(self.stage.child(self.act(tape), OnDrop::Nothing));
        }
        self.clear(|set| drop(mem::take(set)));
        if children.is_empty() {
            return self.begin(JoinSet::with_capacity(tape.below(100)));
        }
        let (ids, children): (Vec<_>, Vec<_>) = children.into_iter().unzip();
        self.begin(children.into_iter().collect());
        for (place, id) in ids.into_iter().enumerate() {
            // A set that was collected has given no keys.
            self.stage.place(id, Seat { set: self.number, slot: place });
            self.model.adopt(id, place);
        }
    }

    fn begin(&mut self, set: JoinSet<Child>) {
        self.set = set;
        self.number += 1;
        self.model = Model::new(self.number);
        // A set that was forgotten still has the others, and wakes them.
        self.parents = parents(&self.stage);
    }

    /// Lets every child end, polling only when somebody was woken.
    pub(super) fn drive(&mut self) {
        let running: Vec<_> = self.model.running().collect();
        for id in running {
            self.stage.direct(id, Act::End);
            self.stage.rouse(id);
        }
        // Slots of those who have gone are visited, too, some of them in each poll.
        for _ in 0..=2 * CHILDREN {
            self.between();
            let before = self.parents.wakes();
            let len = self.model.len();
            if len == 0 {
                return;
            }
            self.poll(0);
            let goes_on = self.model.len() < len || self.parents.wakes() > before;
            assert!(goes_on, "nobody would poll it again, and {len} are left");
        }
        panic!("{} children are left", self.model.len());
    }

    /// Drops what is left, and checks that everything was dropped once.
    pub(super) fn end(mut self) {
        self.clear(|set| drop(mem::take(set)));
        self.kept.iter().for_each(|bell| self.stage.ring(bell));
        self.kept.clear();
        self.stage.strike();
        let _ = self.take_log();
        self.dropped.extend(&self.lost);
        self.dropped.sort_unstable();
        assert!(self.dropped.iter().copied().eq(0..self.stage.made()), "{:?}", self.dropped);
        self.values.sort_unstable();
        self.values_dropped.sort_unstable();
        assert_eq!(self.values, self.values_dropped, "values are dropped once");
    }
}
