//! Every end of a body and of up to two children, under every policy, against a naive model.
//!
//! Body and children end with a value, an error or a panic, or never; in every order; one in each
//! step, or all in one; with time to end after the first failure, or without. The scope is dropped
//! at every step of that. Whatever happens, each is dropped once, in its place; none outlives the
//! scope; and the scope says what a plain loop over the ends says.

use super::ms;
use crate::{
    family::{CHILD_PANICS, Family},
    matrix::{End, ending_orders, for_each_sequence},
    verbs::caught,
};
use ringfence_core::{Cause, Failure, OnFailure, PanicPolicy, Scope, ScopeError, scope};
use ringfence_test::{Counted, Stepper, TestRuntime};
use std::{
    future::Future,
    sync::{Arc, Mutex},
    task::Poll,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum OnFail {
    CancelAll,
    Collect,
    Sink,
}

/// What a scope is asked, and what happens in it.
#[derive(Debug)]
struct Script {
    on_fail: OnFail,
    panics: PanicPolicy,
    /// Whether those who are asked to end have the time to.
    grace: bool,
    /// How the body ends, and then how children do.
    ends: Vec<End>,
    /// They, in the order of their ends.
    order: Vec<usize>,
    /// Whether all of it happens in one step.
    at_once: bool,
    /// Before which end the scope is dropped, if it is.
    dropped: Option<usize>,
}

/// What a scope says when it is polled, and what its sink was told by then.
#[derive(Debug, PartialEq)]
struct Answer {
    said: Option<String>,
    sunk: String,
}

/// A scope that has no futures, wakers or slots, but is told of each end.
#[derive(Default)]
struct Model {
    value: bool,
    failures: Vec<String>,
    sunk: Vec<String>,
    panicked: bool,
    decided: bool,
    ended: usize,
}

impl Model {
    /// The body or a child ends. What ends after the decision is heard of within the grace.
    fn end(&mut self, script: &Script, place: usize) {
        if self.is_over(script) {
            return;
        }
        self.ended += 1;
        let failure = match script.ends[place] {
            End::Value => return self.value |= place == 0,
            End::Error => format!("e{place}"),
            End::Panic if script.panics == PanicPolicy::Resume => {
                self.panicked = true;
                self.decided = true;
                return;
            }
            End::Panic => format!("p{place}"),
            End::Never => unreachable!("it ends never"),
        };
        match script.on_fail {
            OnFail::Sink if place > 0 => self.sunk.push(failure),
            OnFail::Collect => self.failures.push(failure),
            OnFail::Sink | OnFail::CancelAll => {
                self.failures.push(failure);
                self.decided = true;
            }
        }
    }

    fn is_over(&self, script: &Script) -> bool {
        self.ended == script.ends.len() || self.decided && !script.grace
    }

    fn answer(&self, script: &Script) -> Answer {
        let said = || match () {
            () if self.panicked => "panicked".to_owned(),
            () if !self.failures.is_empty() => self.failures.join(" "),
            () if self.value => "value".to_owned(),
            () => "cancelled".to_owned(),
        };
        Answer { said: self.is_over(script).then(said), sunk: self.sunk.join(" ") }
    }
}

/// A failure as the model says it.
fn word(failure: &Failure<Counted<usize>>) -> String {
    match &failure.cause {
        Cause::Error(error) => format!("e{}", **error),
        Cause::Panic(_) if failure.is_body() => "p0".to_owned(),
        Cause::Panic(_) => format!("p{}", failure.child.index() + 1),
    }
}

type Sunk = Arc<Mutex<Vec<String>>>;

/// Opens the scope of a script.
fn open(
    script: &Script,
    mut children: Vec<crate::verbs::Child>,
    sunk: &Sunk,
) -> impl Future<Output = Result<Counted<usize>, ScopeError<Counted<usize>>>> + use<> {
    let body = children.remove(0);
    let sunk = sunk.clone();
    let on_failure = match script.on_fail {
        OnFail::CancelAll => OnFailure::CancelAll,
        OnFail::Collect => OnFailure::Collect,
        OnFail::Sink => OnFailure::sink(move |failure| sunk.lock().unwrap().push(word(&failure))),
    };
    let whole = scope(|s: Scope<'_, _>| {
        children.into_iter().for_each(|child| drop(s.spawn(child)));
        body
    });
    let grace = if script.grace { ms(1000) } else { ms(0) };
    whole.on_failure(on_failure).panics(script.panics).grace(grace)
}

/// Plays a script, and compares what the scope says with the model.
fn play(script: &Script) {
    let (family, children) = Family::new(script.ends.len());
    let sunk = Sunk::default();
    let mut whole = Stepper::new(open(script, children, &sunk));
    let mut model = Model::default();
    let mut step = |model: &Model| {
        let said = match caught(|| whole.step()) {
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(Ok(_))) => Some("value".to_owned()),
            Ok(Poll::Ready(Err(ScopeError::Failed(group)))) => {
                Some(group.iter().map(word).collect::<Vec<_>>().join(" "))
            }
            Ok(Poll::Ready(Err(other))) => panic!("nobody has cancelled it: {other:?}"),
            Err(message) if message == CHILD_PANICS => Some("panicked".to_owned()),
            Err(message) => panic!("{message}"),
        };
        let answer = Answer { said, sunk: sunk.lock().unwrap().join(" ") };
        assert_eq!(answer, model.answer(script), "{script:?}");
        assert!(answer.said.is_none() || family.are_all_dropped(), "{script:?}: one outlives it");
        answer.said.is_some()
    };
    let mut over = step(&model);
    for (round, place) in script.order.iter().enumerate() {
        if over || script.dropped == Some(round) {
            break;
        }
        match script.ends[*place] {
            End::Value => family.succeed(*place),
            End::Error => family.fail(*place),
            End::Panic => family.panic(*place),
            End::Never => unreachable!("it ends never"),
        }
        model.end(script, *place);
        if !script.at_once || round + 1 == script.order.len() {
            over = step(&model);
        }
    }
    drop(whole);
    family.assert_sound();
}

/// Plays every script of a policy.
fn play_all(on_fail: OnFail) {
    // For the clock of the grace, which nobody moves.
    TestRuntime::new(0).run(async {
        for panics in [PanicPolicy::Resume, PanicPolicy::Collect] {
            for grace in [false, true] {
                for len in 1..=3 {
                    for_each_sequence(len, |ends| {
                        for order in ending_orders(&ends) {
                            let steps = order.len();
                            for dropped in (0..steps).map(Some).chain([None]) {
                                let (ends, order) = (ends.clone(), order.clone());
                                let at_once = false;
                                play(&Script {
                                    on_fail,
                                    panics,
                                    grace,
                                    ends,
                                    order,
                                    at_once,
                                    dropped,
                                });
                            }
                        }
                        // All in one step: the body is polled first, and then children in order.
                        let order = (0..len).filter(|place| ends[*place] != End::Never).collect();
                        let (at_once, dropped) = (true, None);
                        play(&Script { on_fail, panics, grace, ends, order, at_once, dropped });
                    });
                }
            }
        }
    });
}

// rule: scope-end
// rule: scope-failure
#[test]
fn a_scope_that_cancels_all_is_what_a_loop_says() {
    play_all(OnFail::CancelAll);
}

// rule: scope-collect
// rule: scope-panic-beats
#[test]
fn a_scope_that_collects_is_what_a_loop_says() {
    play_all(OnFail::Collect);
}

// rule: scope-sink
#[test]
fn a_scope_with_a_sink_is_what_a_loop_says() {
    play_all(OnFail::Sink);
}
