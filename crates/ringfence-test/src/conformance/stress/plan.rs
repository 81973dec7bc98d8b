//! What is done in a round, as its seed says.

use crate::rng::Rng;
use std::{hint, time::Duration};

/// A verb or a scope, and its children.
pub(super) struct Plan {
    pub(super) verb: Verb,
    /// How many of the children run at a time.
    pub(super) limit: Option<usize>,
    /// What the body does, if it is a scope.
    pub(super) body: Script,
    pub(super) children: Vec<ChildPlan>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Gather,
    /// All of its children on the runtime.
    GatherOn,
    TryGather,
    Race,
    Settle,
    Scope,
    ScopeWith,
}

pub(super) struct ChildPlan {
    pub(super) manner: Manner,
    pub(super) script: Script,
    /// How long its destructor takes.
    pub(super) destructor: usize,
}

/// Where a child runs, and how it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    InPlace,
    Remote,
    Strict,
}

pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    pub(super) end: End,
}

/// What a child does, one after the other.
pub(super) enum Step {
    /// Wakes itself, and pends.
    Yield,
    /// Stays inside of its poll.
    Spin(usize),
    /// Gives way to other threads, inside of its poll.
    Stall,
    /// Waits for a wake from another thread.
    Ring,
    /// Waits for so long.
    Sleep(Duration),
    /// Has a job run that takes a little time, if there is a pool.
    Job(usize),
    /// Has children of its own.
    Family(Plan),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Value,
    Failure,
    Panic,
    /// It pends until it is dropped.
    Never,
}

/// What will become of the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It must end by itself.
    Awaited,
    Dropped,
}

/// How deep families are in each other, at most.
const DEPTH: usize = 2;

impl Plan {
    pub(super) fn random(rng: &mut Rng, fate: Fate) -> Self {
        Self::at_depth(rng, fate, 0)
    }

    fn at_depth(rng: &mut Rng, fate: Fate, depth: usize) -> Self {
        let verb = Verb::random(rng);
        let most = if depth == 0 { 6 } else { 3 };
        let children = (0..=rng.below(most)).map(|_| ChildPlan::random(rng, fate, depth)).collect();
        let body = Script::random(rng, fate, depth);
        let limit = (rng.below(6) == 0).then(|| 1 + rng.below(3));
        let mut plan = Self { verb, limit, body, children };
        match fate {
            Fate::Dropped => plan.leave_some_for_ever(rng, None),
            // Some must be cancelled in order to end: by one who does so.
            Fate::Awaited if rng.below(2) == 0 => plan.decide(rng),
            Fate::Awaited => {}
        }
        plan
    }

    /// Has one child decide the verb, and cancel others.
    fn decide(&mut self, rng: &mut Rng) {
        let decisive = match self.verb {
            Verb::Race => End::Value,
            Verb::Gather | Verb::GatherOn => End::Panic,
            Verb::TryGather | Verb::Scope | Verb::ScopeWith if rng.below(4) == 0 => End::Panic,
            Verb::TryGather | Verb::Scope | Verb::ScopeWith => End::Failure,
            // Waits for all, whatever comes.
            Verb::Settle => return,
        };
        let decides = rng.below(self.children.len());
        self.children[decides].script.end = decisive;
        // Or else it might wait for a place.
        self.limit = None;
        self.leave_some_for_ever(rng, Some(decides));
    }

    /// Has some never end, other than the one that decides.
    fn leave_some_for_ever(&mut self, rng: &mut Rng, decides: Option<usize>) {
        let children = self.children.iter_mut().enumerate();
        let others = children.filter(|(at, _)| Some(*at) != decides);
        for script in others.map(|(_, child)| &mut child.script).chain([&mut self.body]) {
            if rng.below(2) == 0 {
                script.end = End::Never;
            }
        }
    }
}

impl Verb {
    fn random(rng: &mut Rng) -> Self {
        let verbs = [
            Self::Gather,
            Self::GatherOn,
            Self::TryGather,
            Self::Race,
            Self::Settle,
            Self::Scope,
            Self::Scope,
            Self::ScopeWith,
        ];
        verbs[rng.below(verbs.len())]
    }
}

impl ChildPlan {
    fn random(rng: &mut Rng, fate: Fate, depth: usize) -> Self {
        let manner = match rng.below(8) {
            0 | 1 => Manner::InPlace,
            2 | 3 => Manner::Strict,
            _ => Manner::Remote,
        };
        let script = Script::random(rng, fate, depth);
        Self { manner, script, destructor: spins(rng, 1_000) }
    }
}

impl Script {
    fn random(rng: &mut Rng, fate: Fate, depth: usize) -> Self {
        let steps = (0..rng.below(5)).map(|_| Step::random(rng, fate, depth)).collect();
        let end = match rng.below(20) {
            0 => End::Panic,
            1 | 2 => End::Failure,
            _ => End::Value,
        };
        Self { steps, end }
    }
}

impl Step {
    fn random(rng: &mut Rng, fate: Fate, depth: usize) -> Self {
        match rng.below(14) {
            0 if depth < DEPTH => Self::Family(Plan::at_depth(rng, fate, depth + 1)),
            0..4 => Self::Spin(rng.below(2_000)),
            4 => Self::Stall,
            5..8 => Self::Ring,
            8 => Self::Sleep(Duration::from_micros(rng.below(300) as u64)),
            9 => Self::Job(rng.below(4_000)),
            _ => Self::Yield,
        }
    }
}

/// Returns a number of spins, which is often zero.
pub(super) fn spins(rng: &mut Rng, most: usize) -> usize {
    rng.below(2) * rng.below(most)
}

/// Takes a little time, inside of a poll or a destructor.
pub(super) fn spin(spins: usize) {
    for _ in 0..spins {
        hint::spin_loop();
    }
}
