//! Random children, in place and on the runtime, whose parents are dropped at random moments.
//!
//! A round makes a [plan](plan) by its seed, [plays](play) it, and drops it somewhere in between, or
//! awaits it. Each [family](family) in it, which is a verb or a scope with its children, checks the
//! promises on its own at the moment at which it ends or has been dropped.

mod child;
mod family;
mod plan;
mod play;
mod ringer;
mod world;

use super::{
    Host,
    patience::{Pulse, name},
};
use crate::{Probe, poll_once, rng::Rng};
use family::Family;
use plan::{Fate, Plan, spin};
use play::expect_planned;
use ringfence_core::block_on;
use std::{env, pin::Pin, sync::Arc, task::Waker, time::Instant};
use world::World;

/// How many rounds there are, unless `RINGFENCE_STRESS_ROUNDS` says otherwise.
const ROUNDS: u64 = 300;

/// Plays as many rounds as are wanted, and tells what was seen in them.
pub(super) fn stress(host: impl Host, pulse: &Pulse) {
    let first = number("RINGFENCE_STRESS_SEED").unwrap_or(0);
    let rounds = number("RINGFENCE_STRESS_ROUNDS").unwrap_or(ROUNDS);
    let world = Arc::new(World::new(&host));
    // real time: how long it has taken is told, and nothing depends on it.
    let start = Instant::now();
    for seed in first..first.saturating_add(rounds) {
        pulse.beat(format!("round {seed}"));
        round(&host, &world, seed);
        let faults = world.settle();
        let repeat = format!("RINGFENCE_STRESS_SEED={seed}");
        assert!(faults.is_empty(), "with {repeat}:\n  {}", faults.join("\n  "));
    }
    let seconds = start.elapsed().as_secs_f64();
    report(&format!("STRESS {}: {rounds} rounds, {world}, {seconds:.1} s", name()));
}

#[expect(clippy::print_stdout, reason = "a test runner keeps it, unless it is asked to show it")]
fn report(line: &str) {
    println!("{line}");
}

/// Returns the number in an environment variable, if that is set.
fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, and not `{text}`")))
}

/// Plays the plan of one seed.
fn round(host: &impl Host, world: &Arc<World>, seed: u64) {
    let mut rng = Rng::new(seed);
    let ending = Ending::choose(&mut rng);
    let plan = Plan::random(&mut rng, ending.fate());
    let mut whole = Box::pin(play::play(world, plan));
    match ending {
        Ending::Awaited => expect_planned(|| block_on(whole)),
        Ending::AwaitedInside => expect_planned(|| host.run(whole)),
        Ending::Dropped { polls, spins } => {
            poll_some(whole.as_mut(), polls, spins);
            expect_planned(|| drop(whole));
        }
        Ending::DroppedElsewhere { polls, spins } => {
            poll_some(whole.as_mut(), polls, spins);
            world.ringer.drop(whole);
        }
        Ending::DroppedInside { polls, spins } => host.run(async {
            for _ in 0..polls {
                poll_some(whole.as_mut(), 1, spins);
                Probe::yields(1, ()).await;
            }
            expect_planned(|| drop(whole));
        }),
    }
}

/// What becomes of a plan.
#[derive(Clone, Copy)]
enum Ending {
    Awaited,
    AwaitedInside,
    Dropped { polls: usize, spins: usize },
    DroppedElsewhere { polls: usize, spins: usize },
    DroppedInside { polls: usize, spins: usize },
}

impl Ending {
    fn choose(rng: &mut Rng) -> Self {
        let kind = rng.below(8);
        let (polls, spins) = (rng.below(5), plan::spins(rng, 4_000));
        match kind {
            0 => Self::Awaited,
            1 => Self::AwaitedInside,
            2 => Self::DroppedElsewhere { polls, spins },
            3 | 4 => Self::DroppedInside { polls, spins },
            _ => Self::Dropped { polls, spins },
        }
    }

    fn fate(self) -> Fate {
        match self {
            Self::Awaited | Self::AwaitedInside => Fate::Awaited,
            _ => Fate::Dropped,
        }
    }
}

/// Polls so many times, with a pause after each poll. Whoever wakes it wakes nobody.
fn poll_some(mut whole: Pin<&mut Family>, polls: usize, spins: usize) {
    for _ in 0..polls {
        if whole.has_ended() {
            return;
        }
        expect_planned(|| {
            let _ = poll_once(whole.as_mut(), Waker::noop());
        });
        spin(spins);
    }
}
