//! Who is cancelled with whom, against a naive model; and what a tree keeps.

use super::*;
use alloc::vec;

/// Many tokens, but for an interpreter.
const MANY: usize = if cfg!(miri) { 300 } else { 100_000 };

// trap: T21
#[test]
fn a_chain_of_any_depth_is_made_cancelled_and_dropped() {
    let top = CancelToken::new();
    let mut chain = vec![top.clone()];
    for depth in 0..MANY {
        chain.push(chain[depth].child());
    }
    assert!(!chain[MANY].is_cancelled());
    top.cancel("from the top");
    assert!(chain.iter().all(|token| token.reason() == Some("from the top".into())));
}

// trap: T21
#[test]
fn a_chain_of_any_depth_is_dropped_uncancelled() {
    for order in [<[CancelToken]>::reverse, |_: &mut [CancelToken]| {}] {
        let top = CancelToken::new();
        let mut chain = vec![top.clone()];
        for depth in 0..MANY {
            chain.push(chain[depth].child());
        }
        order(&mut chain);
        drop(chain);
        assert_eq!(top.0.places(), 1);
    }
}

// rule: token-dropped-link
#[test]
fn a_chain_whose_links_are_dropped_stays_short() {
    let top = CancelToken::new();
    let mut token = top.clone();
    for _ in 0..MANY {
        token = token.child();
    }
    assert_eq!(top.0.places(), 2);
    assert!(top.0.room() <= 4);
    top.cancel("from the top");
    assert_eq!(token.reason(), Some("from the top".into()));
}

// trap: T25
#[test]
fn children_that_come_and_go_leave_nothing_behind() {
    let top = CancelToken::new();
    let kept = top.child();
    for n in 0..10 * MANY {
        let child = top.child();
        let grandchild = child.child();
        // Both orders, and cancelled or not.
        if n % 2 == 0 {
            drop(child);
        }
        if n % 3 == 0 {
            grandchild.cancel("now");
        }
    }
    assert_eq!(top.0.places(), 2);
    assert!(top.0.room() <= 8);
    top.cancel("all");
    assert!(kept.is_cancelled());
    assert_eq!(top.0.places(), 0);
}

#[test]
fn what_is_cancelled_leaves_its_tree_at_once() {
    let top = CancelToken::new();
    let child = top.child();
    let below: Vec<_> = (0..100).map(|_| child.child()).collect();
    child.cancel("now");
    let late = child.child();
    assert_eq!(top.0.places(), 1);
    drop((below, late, child));
    assert_eq!(top.0.places(), 1);
}

// rule: token-dropped-link
#[test]
fn tokens_below_one_that_was_dropped_are_cancelled_with_those_above() {
    let top = CancelToken::new();
    let middle = top.child();
    let below = [middle.child(), middle.child(), middle.child()];
    drop(middle);
    assert_eq!(top.0.places(), 5);
    top.cancel("from the top");
    assert!(below.iter().all(CancelToken::is_cancelled));
}

#[test]
fn tokens_whose_root_was_dropped_go_on_alone() {
    let top = CancelToken::new();
    let [left, right] = [top.child(), top.child()];
    let below = left.child();
    drop(top);
    left.cancel("the left");
    assert!(below.is_cancelled());
    assert!(!right.is_cancelled());
    assert_eq!(right.0.places(), 1, "what joined the two is gone");
}

#[test]
fn a_place_in_a_tree_is_a_pointer_and_four_keys() {
    use crate::cancel::{shared::Shared, tree::Place};
    assert_eq!(size_of::<Place<alloc::sync::Weak<Shared>>>(), size_of::<usize>() + 16);
}

/// What is done to a token.
#[derive(Clone, Copy, Debug)]
enum Step {
    Child(usize),
    Drop(usize),
    Cancel(usize),
}

/// A token, naively: who made it, and how it fared.
#[derive(Clone)]
struct Naive {
    parent: Option<usize>,
    alive: bool,
    reason: Option<String>,
}

impl Naive {
    fn is_below(tokens: &[Self], mut token: usize, top: usize) -> bool {
        while token != top {
            let Some(parent) = tokens[token].parent else { return false };
            token = parent;
        }
        true
    }

    fn take(tokens: &mut Vec<Self>, number: usize, step: Step) {
        match step {
            Step::Child(parent) => {
                let reason = tokens[parent].reason.clone();
                tokens.push(Self { parent: Some(parent), alive: true, reason });
            }
            Step::Drop(token) => tokens[token].alive = false,
            Step::Cancel(top) => {
                for token in 0..tokens.len() {
                    if Self::is_below(tokens, token, top) {
                        tokens[token].reason.get_or_insert(format!("step {number}"));
                    }
                }
            }
        }
    }
}

/// Takes the steps, and compares after each.
fn check(steps: &[Step]) {
    let mut naive = vec![Naive { parent: None, alive: true, reason: None }];
    let mut tokens = vec![Some(CancelToken::new())];
    let (wakes, waker) = Wakes::new();
    for (number, step) in steps.iter().enumerate() {
        Naive::take(&mut naive, number, *step);
        let mut waits: Vec<_> = tokens.iter().flatten().map(CancelToken::cancelled).collect();
        let waiting =
            waits.iter_mut().map(|wait| poll(wait, &waker)).filter(Poll::is_pending).count();
        let before = wakes.count();
        match *step {
            Step::Child(parent) => {
                let child = tokens[parent].as_ref().unwrap().child();
                tokens.push(Some(child));
            }
            Step::Drop(token) => {
                // Those who wait hold the token as well.
                waits.clear();
                tokens[token] = None;
            }
            Step::Cancel(token) => {
                tokens[token].as_ref().unwrap().cancel(format!("step {number}"));
            }
        }
        let waits =
            waits.iter_mut().map(|wait| poll(wait, &waker)).filter(Poll::is_pending).count();
        if !matches!(step, Step::Drop(_)) {
            assert_eq!(wakes.count() - before, waiting - waits, "{steps:?}");
        }
        for (token, naive) in tokens.iter().zip(&naive) {
            if let Some(token) = token {
                assert_eq!(token.reason(), naive.reason.clone().map(Reason::from), "{steps:?}");
            }
        }
        let alive = naive.iter().filter(|token| token.alive && token.reason.is_none()).count();
        if let Some(token) = tokens.iter().flatten().next() {
            let places = token.0.places();
            assert!(alive <= places && places <= (2 * alive).saturating_sub(1), "{steps:?}");
        }
    }
}

/// Calls `check` with every sequence of steps that long, over at most five tokens.
fn explore(steps: &mut Vec<Step>, alive: &mut Vec<bool>, length: usize) {
    if steps.len() == length {
        return check(steps);
    }
    for token in 0..alive.len() {
        if !alive[token] {
            continue;
        }
        if alive.len() < 5 {
            steps.push(Step::Child(token));
            alive.push(true);
            explore(steps, alive, length);
            alive.pop();
            steps.pop();
        }
        steps.push(Step::Cancel(token));
        explore(steps, alive, length);
        steps.pop();
        steps.push(Step::Drop(token));
        alive[token] = false;
        explore(steps, alive, length);
        alive[token] = true;
        steps.pop();
    }
    if !alive.contains(&true) {
        check(steps);
    }
}

// rule: token-tree
#[test]
fn every_sequence_of_steps_does_what_the_naive_model_says() {
    let length = if cfg!(miri) { 3 } else { 6 };
    explore(&mut Vec::new(), &mut vec![true], length);
}
