//! What repeats to the last digit: bytes, allocations, polls.

use ringfence_benches::alloc::count;

use super::row;
use super::steps::{drain, settle};
use crate::board::{Board, Wide};
use crate::child::{Consumes, Ready, polls};
use crate::contender::{Set, SetFamily, SetWorkload, sets};
use crate::drive::{Drive, OnTokio};
use crate::harness::{Measure, Row, Table};
use crate::targets::Must::{AtMost, BeatBest};

/// A set of `n` settled children of 32 bytes, whose wakers the board holds.
async fn pending<C: SetFamily>(n: usize, board: &Board) -> C::Set<Wide> {
    let waiting = Board::waiting() + n;
    let mut set = C::Set::with_capacity(n);
    (0..n).for_each(|gate| set.insert(Wide::from(board.child(gate))));
    settle(&mut set, || Board::waiting() == waiting).await;
    set
}

/// Bytes per child of a set whose children pend.
#[derive(Clone, Copy)]
struct BytesPending {
    n: usize,
}

impl SetWorkload for BytesPending {
    fn measure<C: SetFamily>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let board = Board::new(self.n);
            let (set, tally) = count(|| drive.block_on(pending::<C>(self.n, &board)));
            // Inside, since tasks are aborted on their runtime.
            drive.block_on(async { drop(set) });
            tally.bytes as f64 / self.n as f64
        })
    }
}

/// Bytes per child that are kept once the set is gone and only wakers are held.
#[derive(Clone, Copy)]
struct BytesHeld {
    n: usize,
}

impl SetWorkload for BytesHeld {
    fn measure<C: SetFamily>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let board = Board::new(self.n);
            let ((), tally) = count(|| {
                let set = drive.block_on(pending::<C>(self.n, &board));
                drive.block_on(async { drop(set) });
            });
            tally.bytes as f64 / self.n as f64
        })
    }
}

/// Allocations of a set of `n` ready children, from its making to its drop.
#[derive(Clone, Copy)]
struct Allocations {
    n: usize,
}

impl SetWorkload for Allocations {
    fn measure<C: SetFamily>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let ((), tally) = count(|| {
                drive.block_on(async {
                    let mut set = C::Set::with_capacity(self.n);
                    (0..self.n).for_each(|child| set.insert(Ready(child as u64)));
                    drain(&mut set).await;
                });
            });
            tally.allocations as f64
        })
    }
}

/// Polls per child in one task of tokio, whose budget the children use up.
#[derive(Clone, Copy)]
struct PollsUnderBudget {
    n: usize,
}

impl SetWorkload for PollsUnderBudget {
    fn measure<C: SetFamily>(self) -> Measure {
        Measure::count(move || {
            let before = polls();
            OnTokio::default().block_on(async {
                let mut set = C::Set::with_capacity(self.n);
                (0..self.n).for_each(|_| set.insert(Consumes { units: 2 }));
                drain(&mut set).await;
            });
            (polls() - before) as f64 / self.n as f64
        })
    }
}

pub(super) fn rows() -> Vec<Row> {
    const MANY: usize = 100_000;
    let budget = "polls per child, two units of tokio's budget each";
    let counts = Table::Counts;
    vec![
        row(counts, "bytes per pending child of 32", MANY, [AtMost(40.0), BeatBest(1.3)], || {
            sets(BytesPending { n: MANY })
        }),
        row(counts, "bytes per child kept by held wakers", MANY, [BeatBest(1.3)], || {
            sets(BytesHeld { n: MANY })
        }),
        row(counts, "allocations, ready children", 1_000, [AtMost(25.0)], || {
            sets(Allocations { n: 1_000 })
        }),
        row(counts, budget, 10_000, [AtMost(2.1)], || sets(PollsUnderBudget { n: 10_000 })),
    ]
}
