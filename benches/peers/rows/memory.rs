//! What repeats to the last digit: bytes, allocations, polls.

use std::future::{pending, poll_fn};
use std::task::Poll;

use ringfence_benches::alloc::count;

use super::scope::BATCH;
use super::tuples::{SIZES, of_size};
use super::{DECADES, sweep};
use crate::board::{Board, Wide};
use crate::child::{Consumes, Once, Ready, Yields, drops, polls};
use crate::contender::{
    BOUND, Bound, FuturesConcurrency, JoinMacro, Nursery, NurseryWorkload, Ringfence, Set,
    SetFamily, SetWorkload, Tuple, nurseries, sets,
};
use crate::drive::{Drive, OnTokio, Spin};
use crate::harness::{Cell, Measure};
use crate::row::{Area, Row};
use crate::steps::{drain, settle};
use crate::targets::Must::{AtMost, BeatBest};

pub(super) const AREA: Area =
    Area { name: "memory", title: "Memory, and what else repeats to the last digit", rows };

/// A set of `n` settled children of 32 bytes, whose wakers the board holds.
async fn waiting<C: SetFamily>(n: usize, board: &Board) -> C::Set<Wide> {
    let settled = Board::waiting() + n;
    let mut set = C::Set::with_capacity(n);
    (0..n).for_each(|gate| set.insert(Wide::from(board.child(gate))));
    settle(&mut set, || Board::waiting() == settled).await;
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
            let (set, tally) = count(|| drive.block_on(waiting::<C>(self.n, &board)));
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
                let set = drive.block_on(waiting::<C>(self.n, &board));
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

/// What a scope of `n` ready children allocates, each of them awaited.
#[derive(Clone, Copy)]
struct ScopeAllocations {
    n: usize,
}

impl NurseryWorkload for ScopeAllocations {
    fn measure<C: Nursery>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let mut awaited = || drive.block_on(C::await_each(self.n, |at| Ready(at as u64)));
            // The first time pays for what a thread keeps.
            awaited();
            let ((), tally) = count(awaited);
            tally.allocations as f64
        })
    }
}

/// Bytes that an open scope keeps, of which `n` children have ended that nobody awaited.
#[derive(Clone, Copy)]
struct BytesKept {
    n: usize,
}

impl NurseryWorkload for BytesKept {
    fn measure<C: Nursery>(self) -> Measure {
        Measure::count(move || {
            let mut drive = C::Drive::default();
            let dropped = drops() + self.n;
            let mut scope =
                Some(Box::pin(C::spawn_each(self.n / BATCH, BATCH, |_| Once, pending())));
            let ((), tally) = count(|| {
                drive.block_on(poll_fn(|cx| {
                    let open = scope.as_mut().map(|scope| scope.as_mut().poll(cx).is_pending());
                    assert_eq!(open, Some(true), "the body pends for ever");
                    if drops() >= dropped {
                        return Poll::Ready(());
                    }
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }));
            });
            // Inside, since tasks are aborted on their runtime.
            drive.block_on(async { drop(scope.take()) });
            tally.bytes as f64
        })
    }
}

/// What a tuple of children that each yield once allocates from its making to its end.
fn tuple<C: Tuple<N>, const N: usize>() -> Cell {
    let run = || {
        let awaited = || Spin.block_on(C::join(|_| Yields(1)));
        let ((), tally) = count(awaited);
        tally.allocations as f64
    };
    Cell { contender: C::NAME, measure: Measure::count(run) }
}

fn tuple_cells<const N: usize>() -> Vec<Cell>
where
    JoinMacro: Tuple<N>,
    FuturesConcurrency: Tuple<N>,
    Ringfence: Tuple<N>,
    Bound: Tuple<N>,
{
    vec![
        tuple::<JoinMacro, N>(),
        tuple::<FuturesConcurrency, N>(),
        tuple::<Ringfence, N>(),
        tuple::<Bound, N>(),
    ]
}

/// The cells of all sets, and a bound that no set can be below.
fn sets_above(n: usize, workload: impl SetWorkload, least: fn() -> f64) -> Vec<Cell> {
    let mut cells = sets(n, workload);
    cells.push(Cell { contender: BOUND, measure: Measure::count(least) });
    cells
}

fn rows() -> Vec<Row> {
    const ALLOCATIONS: &str = "allocations";
    const BYTES: &str = "bytes per child";
    let pending = |n| if n < 100_000 { vec![] } else { vec![AtMost(40.0), BeatBest(1.3)] };
    let held = |n| if n < 100_000 { vec![] } else { vec![BeatBest(1.3)] };
    let of_a_set = |n| if n == 1_000 { vec![AtMost(25.0)] } else { vec![] };
    // One per child; the rest is the scope's, and the room for handles and children that grows.
    let of_a_scope = |n| if n == 1_000 { vec![AtMost(1_050.0)] } else { vec![] };
    let polls = |n| if n < 100 { vec![] } else { vec![AtMost(2.1)] };
    let workloads = [
        sweep("bytes per pending child of 32", BYTES, &DECADES, pending, |n| {
            sets_above(n, BytesPending { n }, || size_of::<Wide>() as f64)
        }),
        sweep("bytes per child kept by held wakers", BYTES, &DECADES, held, |n| {
            sets_above(n, BytesHeld { n }, || 0.0)
        }),
        sweep("allocations, ready children", ALLOCATIONS, &DECADES, of_a_set, |n| {
            sets(n, Allocations { n })
        }),
        sweep("allocations, children with handles", ALLOCATIONS, &DECADES, of_a_scope, |n| {
            nurseries(ScopeAllocations { n })
        }),
        sweep(
            "allocations of a tuple, each yields once",
            ALLOCATIONS,
            &SIZES,
            |_| [AtMost(0.0)],
            |n| of_size!(n, tuple_cells, ()),
        ),
        sweep(
            "bytes kept after n children ended",
            "bytes",
            &DECADES[3..],
            |_| [],
            |n| nurseries(BytesKept { n }),
        ),
        // Two units of the budget each.
        sweep(
            "polls per child under tokio's budget",
            "polls per child",
            &DECADES[..5],
            polls,
            |n| sets(n, PollsUnderBudget { n }),
        ),
    ];
    workloads.into_iter().flatten().collect()
}
