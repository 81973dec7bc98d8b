//! Every verb, with every sequence of ends of up to three children, against a naive model.
//!
//! The children of each run end with a value, an error or a panic, or never; in every order; one
//! in each step, or all in one. The verb is dropped at every step of that, and a child is woken
//! for nothing at every step of it, up to three times. Whatever happens, each child is dropped
//! once, in its place; none outlives its verb; and the verb says what a plain loop over the ends
//! says.

use crate::{
    family::{CHILD_PANICS, Family},
    model::{Answer, Model},
    verbs::{Name, Running, VERBS, Verb, brief, caught},
};
use ringfence_test::Stepper;
use std::task::Poll;

/// How a child ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Value,
    Error,
    Panic,
    Never,
}

/// What happens to the children, and when.
#[derive(Clone, Debug)]
struct Script {
    ends: Vec<End>,
    /// The children in the order of their ends.
    order: Vec<usize>,
    pace: Pace,
    disturbance: Disturbance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    OneInEachStep,
    AllInOneStep,
}

/// What else happens, before the end of so many children.
#[derive(Clone, Copy, Debug)]
enum Disturbance {
    None,
    /// The verb is dropped.
    Dropped(usize),
    /// A child is woken for nothing, so often.
    Woken {
        at: usize,
        place: usize,
        times: usize,
    },
}

/// Calls `play` with every sequence of so many ends.
pub(crate) fn for_each_sequence(len: usize, mut play: impl FnMut(Vec<End>)) {
    const ENDS: [End; 4] = [End::Value, End::Error, End::Panic, End::Never];
    for number in 0..ENDS.len().pow(len as u32) {
        let digit = |place: usize| number / ENDS.len().pow(place as u32) % ENDS.len();
        play((0..len).map(|place| ENDS[digit(place)]).collect());
    }
}

/// Every order of so many children.
fn orders(len: usize) -> Vec<Vec<usize>> {
    let Some(last) = len.checked_sub(1) else { return vec![vec![]] };
    let insert = |order: Vec<usize>| {
        (0..len).map(move |at| {
            let mut order = order.clone();
            order.insert(at, last);
            order
        })
    };
    orders(last).into_iter().flat_map(insert).collect()
}

/// Every order of those children that end.
pub(crate) fn ending_orders(ends: &[End]) -> Vec<Vec<usize>> {
    let mut ending = orders(ends.len());
    ending.iter_mut().for_each(|order| order.retain(|place| ends[*place] != End::Never));
    ending.sort();
    ending.dedup();
    ending
}

/// Calls `play` with every script for so many children.
fn for_each_script(len: usize, mut play: impl FnMut(&Script)) {
    for_each_sequence(len, |ends| {
        for order in ending_orders(&ends) {
            let steps = order.len();
            let mut disturbances = vec![Disturbance::None];
            disturbances.extend((0..=steps).map(Disturbance::Dropped));
            for times in 1..=3 {
                let woken = |at| (0..len).map(move |place| Disturbance::Woken { at, place, times });
                disturbances.extend((0..=steps).flat_map(woken));
            }
            for disturbance in disturbances {
                let (ends, order) = (ends.clone(), order.clone());
                play(&Script { ends, order, pace: Pace::OneInEachStep, disturbance });
            }
        }
        // All in one step: they are polled in the order of their places.
        let order = (0..len).filter(|place| ends[*place] != End::Never).collect();
        let disturbance = Disturbance::None;
        play(&Script { ends, order, pace: Pace::AllInOneStep, disturbance });
    });
}

/// Plays a script with a verb, and compares what it says with the model.
fn play(verb: &Verb, script: &Script) {
    let title = || format!("{:?} in {}: {script:?}", verb.name, verb.container);
    let (family, children) = Family::new(script.ends.len());
    let mut running = Stepper::new((verb.run)(children));
    let mut model = Model::new(verb.name, script.ends.len());
    let mut answer = step(&mut running, &family);
    assert_eq!(answer, model.answer(), "{}", title());

    for round in 0..=script.order.len() {
        match script.disturbance {
            Disturbance::Dropped(at) if at == round => {
                drop(running);
                family.assert_sound();
                return;
            }
            Disturbance::Woken { at, place, times } if at == round && answer == Answer::Pending => {
                (0..times).for_each(|_| family.wake(place));
                answer = step(&mut running, &family);
                assert_eq!(answer, Answer::Pending, "{}: woken for nothing", title());
            }
            _ => {}
        }
        let Some(place) = script.order.get(round) else { break };
        if answer != Answer::Pending {
            break;
        }
        bring_about(&family, *place, script.ends[*place]);
        model.end(*place, script.ends[*place]);
        let pauses = script.pace == Pace::OneInEachStep || round + 1 == script.order.len();
        if pauses {
            let woken = running.is_woken();
            assert!(woken, "{}: nobody was woken", title());
            answer = step(&mut running, &family);
            assert_eq!(answer, model.answer(), "{}", title());
        }
    }
    drop(running);
    family.assert_sound();
}

/// Has a child end so.
pub(crate) fn bring_about(family: &Family, place: usize, end: End) {
    match end {
        End::Value => family.succeed(place),
        End::Error => family.fail(place),
        End::Panic => family.panic(place),
        End::Never => unreachable!("it ends never"),
    }
}

/// Polls once. If that is the end of the verb, it is that of every child of it.
pub(crate) fn step(running: &mut Stepper<Running>, family: &Family) -> Answer {
    let answer = match caught(|| running.step()) {
        Ok(Poll::Pending) => return Answer::Pending,
        Ok(Poll::Ready(report)) => Answer::Ready(brief(&report)),
        Err(message) if message == CHILD_PANICS => Answer::Panicked,
        Err(message) => panic!("{message}"),
    };
    assert!(family.are_all_dropped(), "a child outlives its verb");
    answer
}

/// Plays every script with the verbs of this name, over every container.
fn play_all(name: Name) {
    for verb in VERBS.iter().filter(|verb| verb.name == name) {
        play_up_to_three(verb, |_| true);
        // With four a tuple asks who was woken. Undisturbed, since there are many orders of four.
        for_each_sequence(4, |ends| {
            for order in ending_orders(&ends) {
                let (pace, disturbance) = (Pace::OneInEachStep, Disturbance::None);
                play(verb, &Script { ends: ends.clone(), order, pace, disturbance });
            }
        });
    }
}

/// Plays every script for up to three children that `is_asked`, by when they end.
pub(crate) fn play_up_to_three(verb: &Verb, is_asked: impl Fn(Pace) -> bool) {
    for len in 0..=3 {
        // Races of none are asserted with T16, and there are no empty tuples here.
        let is_fixed = matches!(verb.container, "tuple" | "array");
        if len == 0 && (verb.name == Name::Race || is_fixed) {
            continue;
        }
        for_each_script(len, |script| {
            if is_asked(script.pace) {
                play(verb, script);
            }
        });
    }
}

// rule: promise-await
// rule: members-kinds
// rule: gather-all
#[test]
fn gather_is_what_a_loop_says() {
    play_all(Name::Gather);
}

// rule: promise-await
// rule: try-gather-first
#[test]
fn try_gather_is_what_a_loop_says() {
    play_all(Name::TryGather);
}

// rule: settle-panic
#[test]
fn settle_is_what_a_loop_says() {
    play_all(Name::Settle);
}

// rule: promise-drop
// rule: race-first
#[test]
fn race_is_what_a_loop_says() {
    play_all(Name::Race);
}

// rule: race-ok-first
// rule: race-ok-losers
#[test]
fn race_ok_is_what_a_loop_says() {
    play_all(Name::RaceOk);
}

// rule: as-completed-each
#[test]
fn as_completed_is_what_a_loop_says() {
    play_all(Name::AsCompleted);
}

// rule: wait-condition
// rule: wait-first-completed
// rule: wait-first-failure
// rule: wait-all-completed
// rule: wait-panic
#[test]
fn wait_is_what_a_loop_says() {
    play_all(Name::WaitAll);
    play_all(Name::WaitFirst);
    play_all(Name::WaitFailure);
}

// rule: set-panic
// rule: dyn-set-same
#[test]
fn a_set_is_what_a_loop_says() {
    play_all(Name::Set);
}

#[test]
fn every_order_is_there_once() {
    let mut orders = orders(3);
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 6);
    let mut sequences = 0;
    for_each_sequence(3, |_| sequences += 1);
    assert_eq!(sequences, 64);
}
