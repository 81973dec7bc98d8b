//! Programs on a scope.

mod model;
mod script;
mod stage;

use crate::{
    caught::{Called, caught},
    parents::{PARENTS, Parents},
    tape::Tape,
};
use model::{Answer, Model, Phase};
use ringfence_core::{Reason, ScopeError};
use ringfence_test::{CountingWaker, TestRuntime, poll_once};
use script::{Running, Script, fault};
use stage::{Act, BODY, Event, Id, Kind, Last, Stage};
use std::{
    mem,
    task::{Context, Poll},
    time::Duration,
};

/// What a program does next.
#[derive(Clone, Copy, Debug)]
enum Op {
    Spawn,
    /// Tells someone what to do next, and wakes it.
    Direct,
    DirectSilently,
    /// Has someone panic when it is dropped.
    Undermine,
    Rouse,
    Poll,
    Advance,
    Ask,
    CancelChild,
    DropHandle,
    CancelScope,
    Drop,
    Forget,
}

/// How likely an operation is.
const OPS: &[Op] = &[
    Op::Spawn,
    Op::Spawn,
    Op::Spawn,
    Op::Spawn,
    Op::Spawn,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::Direct,
    Op::DirectSilently,
    Op::Undermine,
    Op::Rouse,
    Op::Rouse,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Advance,
    Op::Ask,
    Op::Ask,
    Op::CancelChild,
    Op::DropHandle,
    Op::DropHandle,
    Op::CancelScope,
    Op::Drop,
    Op::Forget,
];

/// A poll in which less happens is not cut short.
const LONG: usize = 64;

/// Runs a program on a scope, with a virtual clock.
///
/// # Panics
///
/// If the scope does what it must not.
pub fn scope(program: &[u8]) {
    // The program is one poll of it; nothing else runs.
    TestRuntime::new(0).run(async {
        let mut tape = Tape::new(program);
        let script = Script::read(&mut tape);
        tape.tell(&script);
        let mut run = Run::new(script);
        while let Some(op) = tape.op(OPS) {
            run.step(op, &mut tape);
        }
        run.end();
    });
}

/// A program that runs.
struct Run {
    scope: Option<Running>,
    model: Model,
    stage: Stage,
    parents: Parents,
    /// Who waits, and how often each parent had been woken before.
    waiter: Option<(usize, [usize; PARENTS])>,
    /// Who asks handles, and is no actor.
    asker: CountingWaker,
    /// In milliseconds.
    now: u64,
    forgotten: bool,
    cargo: Vec<Id>,
    cargo_dropped: Vec<Id>,
}

impl Run {
    fn new(script: Script) -> Self {
        let stage = Stage::default();
        let echo = stage.clone();
        Self {
            scope: Some(script.open(&stage)),
            model: Model::new(script),
            // The last of them wakes the body whenever it is woken.
            parents: Parents::new(move || echo.rouse(BODY)),
            stage,
            waiter: None,
            asker: CountingWaker::new(),
            now: 0,
            forgotten: false,
            cargo: Vec::new(),
            cargo_dropped: Vec::new(),
        }
    }

    fn step(&mut self, op: Op, tape: &mut Tape<'_>) {
        tape.tell(&op);
        match op {
            Op::Spawn => {
                let (kind, last) = (kind(tape), last(tape));
                tape.tell(&(kind, last));
                self.stage.spawn(kind, last);
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
            Op::Undermine => {
                let Some(id) = self.pick(tape) else { return };
                self.stage.undermine(id);
            }
            Op::Rouse => self.stage.rouse(tape.below(self.stage.actors())),
            Op::Poll => {
                let parent = tape.below(PARENTS);
                tape.tell(&parent);
                self.poll(parent);
            }
            Op::Advance => {
                let time = tape.choose(&[1, 5, 10, 20]);
                self.now += time;
                TestRuntime::current().clock().advance(Duration::from_millis(time));
                self.model.calls |= self.model.is_due(self.now);
            }
            Op::Ask => {
                let waker = self.asker.waker();
                self.stage.ask(tape.below(256), None, &mut Context::from_waker(&waker));
            }
            Op::CancelChild => self.stage.cancel_child(tape.below(256)),
            Op::DropHandle => self.stage.drop_handle(tape.below(256)),
            Op::CancelScope => self.stage.cancel_scope(),
            // Seldom, since not much happens after it.
            Op::Drop if tape.below(4) == 0 => self.drop_scope(),
            Op::Forget if tape.below(8) == 0 => {
                mem::forget(self.scope.take());
                self.forgotten = true;
            }
            Op::Drop | Op::Forget => {}
        }
        self.between();
    }

    /// Whatever has happened is told, and no wake is lost.
    fn between(&mut self) {
        let log = self.take_log();
        self.model.note(&log);
        let (now, model) = (self.parents.wakes(), &self.model);
        if let (Some((parent, before)), Some(_)) = (self.waiter, &self.scope) {
            for other in (0..PARENTS).filter(|other| *other != parent) {
                assert_eq!(now[other], before[other], "{other} is woken, but {parent} waits");
            }
            assert!(!model.calls || now[parent] > before[parent], "{parent} is not woken");
        }
        let look =
            |id, finished| assert_eq!(finished, model.has_ended(id), "whether {id} has ended");
        self.stage.for_each_handle(|id, handle| look(id, handle.is_finished()));
    }

    fn take_log(&mut self) -> Vec<Event> {
        let log = self.stage.take_log();
        for event in &log {
            match event {
                Event::Ended(id, Last::End | Last::Fail) => self.cargo.push(*id),
                Event::CargoDropped(id) => self.cargo_dropped.push(*id),
                _ => {}
            }
        }
        log
    }

    /// One of those that have not ended.
    fn pick(&self, tape: &mut Tape<'_>) -> Option<Id> {
        let number = tape.below(256);
        let running: Vec<_> = self.model.running().collect();
        (!running.is_empty()).then(|| running[number % running.len()])
    }

    fn act(&self, tape: &mut Tape<'_>) -> Act {
        match tape.below(16) {
            0 => Act::Yield,
            1 | 2 => Act::Rouse(tape.below(self.stage.actors())),
            3 | 4 => Act::Spawn(kind(tape), last(tape)),
            5 => Act::CancelScope,
            6 => Act::CancelChild(tape.below(256)),
            7 | 8 => Act::Await(tape.below(256)),
            9 => Act::DropHandle(tape.below(256)),
            10 => Act::Watch,
            11..=13 => Act::Last(Last::End),
            14 => Act::Last(Last::Fail),
            _ => Act::Last(Last::Panic),
        }
    }

    fn poll(&mut self, parent: usize) {
        let Some(mut scope) = self.scope.take() else { return };
        self.model.begin(self.now);
        let (before, polled) = loop {
            let before = self.parents.wakes();
            let polled = caught(|| poll_once(scope.as_mut(), self.parents.waker(parent)));
            let log = self.take_log();
            self.model.note(&log);
            // It may have been cut short, and goes on where it was.
            let is_woken = self.parents.wakes()[parent] > before[parent];
            let is_pending = matches!(polled, Called::Returned(Poll::Pending));
            if !is_pending || !is_woken || log.len() < LONG {
                break (before, polled);
            }
        };
        let said = match polled {
            Called::Returned(Poll::Pending) => {
                self.model.pending(self.now);
                self.waiter = Some((parent, before));
                self.model.calls = false;
                self.scope = Some(scope);
                return;
            }
            Called::PanickedAsPlanned => Answer::Panicked,
            Called::Returned(Poll::Ready(Ok(_))) => Answer::Value,
            Called::Returned(Poll::Ready(Err(error))) => match error {
                ScopeError::Failed(group) => Answer::Failed(group.iter().map(fault).collect()),
                ScopeError::Elapsed(_) => Answer::Elapsed,
                ScopeError::Cancelled(cancelled) => {
                    let asked = cancelled.reason() == &Reason::from("asked");
                    Answer::Cancelled(asked)
                }
            },
        };
        let expected = self.model.ready(self.now);
        self.model.compare(&said, &expected);
    }

    fn drop_scope(&mut self) {
        let Some(scope) = self.scope.take() else { return };
        self.model.begin(self.now);
        let _ = caught(|| drop(scope));
        let log = self.take_log();
        self.model.note(&log);
        self.model.abandoned();
    }

    /// Drops what is left, and checks that everything was dropped once.
    fn end(mut self) {
        self.between();
        if self.model.phase != Phase::Done && !self.forgotten {
            self.drop_scope();
        }
        self.stage.strike();
        let log = self.take_log();
        if self.forgotten {
            return;
        }
        assert!(self.model.ended_ids().into_iter().eq(0..self.stage.actors()));
        let late = log.iter().find(|event| !matches!(event, Event::CargoDropped(_)));
        assert_eq!(late, None, "after the end");
        self.cargo.sort_unstable();
        self.cargo_dropped.sort_unstable();
        assert_eq!(self.cargo, self.cargo_dropped, "values and errors are dropped once");
    }
}

fn kind(tape: &mut Tape<'_>) -> Kind {
    tape.choose(&[Kind::Regular, Kind::Regular, Kind::Regular, Kind::Owned, Kind::Daemon])
}

fn last(tape: &mut Tape<'_>) -> Last {
    tape.choose(&[
        Last::Stay,
        Last::Stay,
        Last::Stay,
        Last::Stay,
        Last::End,
        Last::Fail,
        Last::Panic,
    ])
}
