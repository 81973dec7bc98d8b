//! Sets whose children wait for an event of this thread.

use std::cmp::min;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::row;
use super::steps::{settle, take};
use crate::board::{Board, Gated};
use crate::contender::{
    Bound, FuturesUnordered, Set, SetFamily, SetWorkload, large_sets, set, sets,
};
use crate::drive::Drive;
use crate::harness::{Measure, Row, Table};
use crate::targets::Must::{Beat, BeatBest};

/// The name of the rows from which the growth of a wake's cost is told.
pub(crate) const ONE_BY_ONE: &str = "wake one of n, take it";

/// In which order children are woken and taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    /// One child is woken and taken, then another, at random.
    One,
    /// All children are woken, then all are taken.
    All,
}

/// A settled set of `n` children, of which up to `wakes` are woken and taken; then as many are
/// inserted again, untimed.
#[derive(Clone, Copy)]
struct Wakes {
    n: usize,
    wakes: usize,
    event: Event,
}

impl Wakes {
    /// The gates in the order of their opening, the same for all contenders.
    fn order(self) -> Rc<[usize]> {
        let mut order: Vec<_> = (0..self.n).collect();
        if self.event == Event::One {
            fastrand::Rng::with_seed(1).shuffle(&mut order);
        }
        order.truncate(self.wakes);
        order.into()
    }
}

/// Inserts the children of the gates given, and polls until all of them wait.
async fn fill(set: &mut impl Set<Gated>, board: &Board, gates: impl Iterator<Item = usize>) {
    let mut waiting = Board::waiting();
    for gate in gates {
        set.insert(board.child(gate));
        waiting += 1;
    }
    settle(set, || Board::waiting() == waiting).await;
}

impl SetWorkload for Wakes {
    fn measure<C: SetFamily>(self) -> Measure {
        // A scan of all children per wake: a few tell as much as many.
        let wakes =
            if C::SCANS && self.event == Event::One { min(self.wakes, 200) } else { self.wakes };
        let order = Self { wakes, ..self }.order();
        let mut drive = C::Drive::default();
        let mut filled = None;
        Measure::time(wakes, move |iterations| {
            drive.block_on(async {
                if filled.is_none() {
                    let (mut set, board) = (C::Set::with_capacity(self.n), Board::new(self.n));
                    fill(&mut set, &board, 0..self.n).await;
                    filled = Some((set, board));
                }
                let Some((set, board)) = &mut filled else { return Duration::ZERO };
                let mut timed = Duration::ZERO;
                for _ in 0..iterations {
                    let start = Instant::now();
                    match self.event {
                        Event::One => {
                            for &gate in &*order {
                                board.open(gate);
                                take(set, 1).await;
                            }
                        }
                        Event::All => {
                            order.iter().for_each(|&gate| board.open(gate));
                            take(set, wakes).await;
                        }
                    }
                    timed += start.elapsed();
                    fill(set, board, order.iter().copied()).await;
                }
                timed
            })
        })
    }
}

/// One child at a time is woken, in a set of `n`.
fn one_by_one(n: usize) -> Row {
    let workload = Wakes { n, wakes: min(n, 10_000), event: Event::One };
    let musts = [BeatBest(1.3), Beat(FuturesUnordered::NAME, 2.0)];
    row(Table::Sets, ONE_BY_ONE, n, musts, move || {
        let mut cells = if n > 10_000 { large_sets(workload) } else { sets(workload) };
        cells.push(set::<Bound>(workload));
        cells
    })
}

pub(super) fn rows() -> Vec<Row> {
    const N: usize = 10_000;
    let broadcast = Wakes { n: N, wakes: N, event: Event::All };
    let mut rows: Vec<_> = [100, N, 1_000_000].into_iter().map(one_by_one).collect();
    let musts = [BeatBest(3.0)];
    rows.push(row(Table::Sets, "one event wakes all", N, musts, move || {
        let mut cells = sets(broadcast);
        cells.push(set::<Bound>(broadcast));
        cells
    }));
    rows
}
