//! The verbs that have a limit, with every sequence of ends of up to four children.
//!
//! As in `matrix`, but no more children have begun than the limit allows. One that is told to end
//! before it has begun ends as soon as it begins.

use crate::{
    family::Family,
    matrix::{End, bring_about, ending_orders, for_each_sequence, step},
    model::{Answer, Model},
    verbs::{Child, Each as _, Name, Running, by_arity, outcomes, outputs, raced, tried},
};
use futures::StreamExt as _;
use ringfence_core::{as_completed, gather, race, race_ok, settle, try_gather};
use ringfence_test::Stepper;

/// A verb over a container, with a limit.
struct Limited {
    name: Name,
    container: &'static str,
    run: fn(Vec<Child>, usize) -> Running,
}

const fn verb(
    name: Name,
    container: &'static str,
    run: fn(Vec<Child>, usize) -> Running,
) -> Limited {
    Limited { name, container, run }
}

const LIMITED: &[Limited] = &[
    verb(Name::Gather, "Vec", |c, n| Box::pin(async move { outputs(gather(c).limit(n).await) })),
    verb(Name::Gather, "iterator", |c, n| {
        Box::pin(async move { outputs(gather(c.into_iter()).limit(n).await) })
    }),
    verb(Name::TryGather, "Vec", |c, n| {
        Box::pin(async move { tried(try_gather(c).limit(n).await) })
    }),
    verb(Name::Settle, "Vec", |c, n| Box::pin(async move { outcomes(settle(c).limit(n).await) })),
    verb(Name::Race, "iterator", |c, n| {
        Box::pin(async move { outputs([race(c.into_iter()).limit(n).await]) })
    }),
    verb(Name::RaceOk, "Vec", |c, n| Box::pin(async move { raced(race_ok(c).limit(n).await) })),
    verb(Name::AsCompleted, "iterator", |c, n| {
        Box::pin(async move {
            let ends = as_completed(c.into_iter()).limit(n);
            outputs(ends.map(|(_, output)| output).collect::<Vec<_>>().await)
        })
    }),
    verb(Name::Settle, "array", |c, n| by_arity!(c; |c| outcomes(settle(c).limit(n).await); array)),
    verb(
        Name::TryGather,
        "tuple",
        |c, n| by_arity!(c; |c| tried(try_gather(c).limit(n).await.map(|t| t.each())); tuple),
    ),
];

/// Who has begun, and who is to end when it does.
struct Places {
    limit: usize,
    /// How each child is to end, once it was told.
    told: Vec<Option<End>>,
    ended: Vec<bool>,
    begun: usize,
}

impl Places {
    fn new(limit: usize, len: usize) -> Self {
        Self { limit, told: vec![None; len], ended: vec![false; len], begun: limit.min(len) }
    }

    /// Everyone ends who has begun and was told to, and leaves its place to the next.
    fn settle(&mut self, model: &mut Model) {
        loop {
            let due = |place: &usize| self.told[*place].is_some() && !self.ended[*place];
            let round: Vec<_> = (0..self.begun).filter(due).collect();
            if round.is_empty() {
                return;
            }
            for place in round {
                model.end(place, self.told[place].expect("it was told"));
                self.ended[place] = true;
                self.begun = (self.begun + 1).min(self.told.len());
            }
            let running = (0..self.begun).filter(|place| !self.ended[*place]).count();
            assert!(running <= self.limit);
        }
    }
}

/// Plays one sequence; the verb is dropped before the end of so many children, if at all.
fn play(verb: &Limited, limit: usize, ends: &[End], order: &[usize], dropped: Option<usize>) {
    let title = || format!("{:?} in {}, {limit}: {ends:?} {order:?}", verb.name, verb.container);
    let (family, children) = Family::new(ends.len());
    let mut running = Stepper::new((verb.run)(children, limit));
    let mut model = Model::new(verb.name, ends.len());
    let mut places = Places::new(limit, ends.len());
    let mut answer = step(&mut running, &family);
    assert_eq!(answer, model.answer(), "{}", title());
    for (round, place) in order.iter().enumerate() {
        if answer != Answer::Pending || dropped == Some(round) {
            break;
        }
        bring_about(&family, *place, ends[*place]);
        places.told[*place] = Some(ends[*place]);
        places.settle(&mut model);
        answer = step(&mut running, &family);
        assert_eq!(answer, model.answer(), "{}", title());
        let begun = (0..ends.len()).filter(|place| family.control(*place).polls() > 0).count();
        assert!(begun <= places.begun, "{}: {begun} have begun", title());
    }
    drop(running);
    family.assert_sound();
}

// rule: limit-running
// rule: limit-more
#[test]
fn a_verb_with_a_limit_is_what_a_loop_says() {
    for verb in LIMITED {
        for (len, limits) in [(1, 1..=2), (2, 1..=2), (3, 1..=4), (4, 1..=2)] {
            for limit in limits {
                for_each_sequence(len, |ends| {
                    // There are many orders of four.
                    let orders = ending_orders(&ends);
                    let few = if len < 4 { orders.len() } else { 4 };
                    for order in orders.iter().rev().take(few) {
                        for dropped in (0..order.len()).map(Some).chain([None]) {
                            play(verb, limit, &ends, order, dropped);
                        }
                    }
                });
            }
        }
    }
}
