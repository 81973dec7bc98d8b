//! Children that come together, against those that come one after the other.

use super::{Readiness, Ready, Segments, Vec, poll};
use alloc::{format, string::String};
use core::{
    future::{self, ready},
    ops::Range,
};

type Children = Segments<future::Ready<usize>>;

/// Where 300 children are let in by `extend`, some of which make room for others, and who is woken.
fn let_in(extend: impl Fn(&mut Children, &mut Ready, Range<usize>)) -> Vec<String> {
    let (mut children, mut woken) = (Segments::new(), Ready::new());
    let mut seen = Vec::new();
    for range in [0..1, 1..1, 1..20, 20..150, 150..300] {
        extend(&mut children, &mut woken, range.clone());
        // Every third goes, so that the next of them fill gaps.
        for slot in children.occupied().step_by(3).collect::<Vec<_>>() {
            children.drop_child(slot);
        }
        seen.push(format!("{range:?}: {} of {}", children.len(), children.capacity));
    }
    while let Some(slot) = woken.next() {
        let polled = poll(&mut children, slot);
        seen.push(format!("{slot:?}, used {} times: {polled:?}", children.generation(slot)));
    }
    seen
}

#[test]
fn children_that_come_together_are_let_in_as_one_after_the_other() {
    let one_by_one = let_in(|children, woken, range| {
        for number in range {
            children.insert(ready(number), woken);
        }
    });
    let together = let_in(|children, woken, range| children.extend(range.map(ready), woken));
    assert_eq!(together, one_by_one);
    assert!(together.iter().any(|seen| seen.contains("used 1 times")), "gaps were filled");
    assert!(together.iter().filter(|seen| seen.contains("Ready")).count() > 150);
}
