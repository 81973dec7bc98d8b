//! Programs on trees of `CancelToken`s.

mod bells;
mod model;
mod wait;

use crate::{
    caught::{Called, caught, panic_as_planned},
    tape::Tape,
};
use bells::Bells;
use model::{Model, Node};
use ringfence_core::{CancelToken, cancel::DropGuard};
use std::{
    mem,
    sync::{Arc, Mutex, atomic::Ordering::Relaxed},
    task::Waker,
};
use wait::{BY_GUARD, BY_HOOK, BY_PROGRAM, Future, Progress, Wait, Work, word};

/// What a program does next.
#[derive(Clone, Copy, Debug)]
enum Op {
    Root,
    Child,
    Clone,
    Drop,
    Cancel,
    /// Makes a guard of a token, drops one, or disarms it.
    Guard,
    DropGuard,
    Disarm,
    /// Waits for a token, by itself or beside other work.
    Wait,
    Run,
    Poll,
    /// Ends the work beside which a token is waited for.
    Finish,
    DropWait,
    /// Changes the places of two who wait, and so their addresses.
    Swap,
}

/// How likely an operation is.
const OPS: &[Op] = &[
    Op::Root,
    Op::Child,
    Op::Child,
    Op::Child,
    Op::Child,
    Op::Clone,
    Op::Drop,
    Op::Drop,
    Op::Cancel,
    Op::Guard,
    Op::DropGuard,
    Op::Disarm,
    Op::Wait,
    Op::Wait,
    Op::Wait,
    Op::Run,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Poll,
    Op::Finish,
    Op::DropWait,
    Op::Swap,
];

/// What the waker of somebody who waits does, beside being counted.
#[derive(Clone, Copy, Debug)]
enum Hook {
    Nothing,
    /// Cancels one more token.
    Cancel(usize),
    /// Drops somebody who waits.
    DropWait(usize),
    /// Drops a handle, perhaps the last one.
    Drop(usize),
    Panic,
}

/// How many tokens, handles and waits there are at most.
const TOKENS: usize = 24;
const HANDLES: usize = 16;
const WAITS: usize = 12;

/// Runs a program on a tree of [`CancelToken`]s.
///
/// # Panics
///
/// If the tokens do what they must not.
pub fn tokens(program: &[u8]) {
    let mut tape = Tape::new(program);
    let run = Run::default();
    while let Some(op) = tape.op(OPS) {
        run.step(op, &mut tape);
    }
    run.end();
}

/// A program that runs. The wakers of those who wait know it, too.
#[derive(Clone, Default)]
struct Run {
    state: Arc<Mutex<State>>,
    bells: Bells,
}

#[derive(Default)]
struct State {
    model: Model,
    handles: Vec<(Node, CancelToken)>,
    guards: Vec<(Node, DropGuard)>,
    waits: Vec<Wait>,
    /// Wakers of those who do not wait any more.
    past: Vec<usize>,
}

impl Run {
    /// No foreign code in `f`: what is dropped is handed out.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().expect("nothing panics under the lock"))
    }

    fn step(&self, op: Op, tape: &mut Tape<'_>) {
        tape.tell(&op);
        match op {
            Op::Root => self.enter(None, CancelToken::new()),
            Op::Child => {
                let Some((node, token)) = self.handle(tape) else { return };
                self.enter(Some(node), token.child());
            }
            Op::Clone => {
                let Some(handle) = self.handle(tape) else { return };
                self.keep(handle);
            }
            Op::Drop => self.drop_handle(tape.below(256)),
            Op::Cancel => {
                let Some((node, token)) = self.handle(tape) else { return };
                let reason = tape.choose(BY_PROGRAM);
                self.cancel(node, reason, || token.cancel(reason));
            }
            Op::Guard => {
                let Some((node, token)) = self.handle(tape) else { return };
                self.with(|state| state.guards.push((node, token.drop_guard())));
            }
            Op::DropGuard => {
                let Some((node, guard)) = self.with(|state| state.guards.pop()) else { return };
                let expected = self.with(|state| state.model.cancel(node, BY_GUARD));
                let _ = (expected, caught(|| drop(guard)));
            }
            Op::Disarm => {
                let Some((node, guard)) = self.with(|state| state.guards.pop()) else { return };
                self.keep((node, guard.disarm()));
            }
            Op::Wait => {
                let Some((node, token)) = self.handle(tape) else { return };
                self.wait(node, Future::When(token.cancelled()));
            }
            Op::Run => {
                let Some((node, token)) = self.handle(tape) else { return };
                let progress = Arc::new(Progress::default());
                let future = Box::pin(token.run_until_cancelled(Work(progress.clone())));
                self.wait(node, Future::Run(future, progress));
            }
            Op::Poll => self.poll(tape),
            Op::Finish => {
                let number = tape.below(256);
                self.with(|state| {
                    let work = state.waits.iter().filter_map(|wait| match &wait.future {
                        Future::Run(_, progress) => Some(progress),
                        Future::When(_) => None,
                    });
                    let work: Vec<_> = work.collect();
                    if !work.is_empty() {
                        work[number % work.len()].finished.store(true, Relaxed);
                    }
                });
            }
            Op::DropWait => self.drop_wait(tape.below(256)),
            Op::Swap => self.with(|state| state.waits.reverse()),
        }
        self.check();
    }

    /// A clone of one of the handles.
    fn handle(&self, tape: &mut Tape<'_>) -> Option<(Node, CancelToken)> {
        let number = tape.below(256);
        self.handle_at(number)
    }

    fn handle_at(&self, number: usize) -> Option<(Node, CancelToken)> {
        self.with(|state| {
            let handles = &state.handles;
            (!handles.is_empty()).then(|| handles[number % handles.len()].clone())
        })
    }

    fn enter(&self, parent: Option<Node>, token: CancelToken) {
        let node = self.with(|state| (state.model.len() < TOKENS).then(|| state.model.add(parent)));
        if let Some(node) = node {
            self.keep((node, token));
        }
    }

    fn keep(&self, handle: (Node, CancelToken)) {
        let _surplus = self.with(|state| {
            state.handles.push(handle);
            (state.handles.len() > HANDLES).then(|| state.handles.remove(0))
        });
    }

    fn drop_handle(&self, number: usize) {
        drop(self.with(|state| {
            let len = state.handles.len();
            (len > 0).then(|| state.handles.swap_remove(number % len))
        }));
    }

    /// Cancels; what wakers do on the way may panic, after all of it is done.
    fn cancel(&self, node: Node, reason: &'static str, cancel: impl FnOnce() -> bool) {
        let expected = self.with(|state| state.model.cancel(node, reason));
        if let Called::Returned(first) = caught(cancel) {
            assert_eq!(first, expected, "whether {node} was not cancelled before");
        }
    }

    fn wait(&self, node: Node, future: Future) {
        let surplus = self.with(|state| {
            state.waits.push(Wait::new(node, future));
            (state.waits.len() > WAITS).then(|| state.waits.remove(0))
        });
        self.part(surplus);
    }

    fn drop_wait(&self, number: usize) {
        let wait = self.with(|state| {
            let len = state.waits.len();
            (len > 0).then(|| state.waits.swap_remove(number % len))
        });
        self.part(wait);
    }

    /// Somebody waits no longer.
    fn part(&self, wait: Option<Wait>) {
        let Some(wait) = wait else { return };
        self.with(|state| state.past.extend(wait.bell));
        drop(wait.future);
    }

    fn poll(&self, tape: &mut Tape<'_>) {
        let number = tape.below(256);
        // It is nobody's while it is polled.
        let wait = self.with(|state| {
            let len = state.waits.len();
            (len > 0).then(|| state.waits.swap_remove(number % len))
        });
        let Some(mut wait) = wait else { return };
        let (bell, waker) = self.waker(tape);
        // With the same waker once more, or not.
        for _ in 0..=number / 128 {
            let reason = self.with(|state| state.model.reason(wait.node));
            wait.poll(&waker, reason);
        }
        let old = wait.bell.replace(bell);
        self.with(|state| {
            state.past.extend(old);
            state.waits.push(wait);
        });
    }

    /// A waker, with what it does.
    fn waker(&self, tape: &mut Tape<'_>) -> (usize, Waker) {
        let number = tape.below(256);
        let hook = match number % 8 {
            0..=3 => Hook::Nothing,
            4 => Hook::Cancel(number),
            5 => Hook::DropWait(number),
            6 => Hook::Drop(number),
            _ => Hook::Panic,
        };
        tape.tell(&hook);
        // Weakly: the state knows those who wait, and they know the waker.
        let (state, bells) = (Arc::downgrade(&self.state), self.bells.clone());
        self.bells.make(move || {
            let Some(state) = state.upgrade() else { return };
            Run { state, bells: bells.clone() }.act(hook);
        })
    }

    fn act(&self, hook: Hook) {
        match hook {
            Hook::Nothing => {}
            Hook::Cancel(number) => {
                let Some((node, token)) = self.handle_at(number) else { return };
                self.cancel(node, BY_HOOK, || token.cancel(BY_HOOK));
            }
            Hook::DropWait(number) => self.drop_wait(number),
            Hook::Drop(number) => self.drop_handle(number),
            Hook::Panic => panic_as_planned(),
        }
    }

    /// What every handle says is what the model says, and nobody waits in vain.
    fn check(&self) {
        let bells = self.bells.all();
        self.with(|State { model, handles, waits, past, .. }| {
            for (node, token) in handles {
                assert_eq!(token.is_cancelled(), model.reason(*node).is_some(), "{node}");
                assert_eq!(token.reason().as_ref().map(word), model.reason(*node), "{node}");
            }
            for Wait { node, bell, over, .. } in waits.iter() {
                let Some(bell) = bell.map(|bell| bells[bell]) else { continue };
                let cancelled = model.reason(*node).is_some();
                // Whoever was told needs no wake any more.
                let wakes = usize::from(cancelled && !over);
                assert_eq!(bell.wakes, wakes, "of {node}, cancelled: {cancelled}");
                assert_eq!(bell.gone, cancelled || *over, "the waker of {node}");
            }
            for bell in past.drain(..).map(|bell| bells[bell]) {
                assert!(bell.gone, "a waker is kept for nobody");
                assert!(bell.wakes <= 1, "a waker is woken twice");
            }
        });
    }

    fn end(&self) {
        let State { handles, guards, waits, .. } = self.with(mem::take);
        drop((handles, waits));
        let _ = caught(|| drop(guards));
        for bell in self.bells.all() {
            assert!(bell.gone, "a waker outlives all");
        }
    }
}
