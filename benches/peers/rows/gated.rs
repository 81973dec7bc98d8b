//! Sets whose children wait at gates of this thread: what [`wakes`](super::wakes) and
//! [`broadcast`](super::broadcast) have in common.

use std::cmp::min;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::board::{Board, Gated};
use crate::contender::{Set, SetFamily, SetWorkload};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::steps::{settle, take};

/// In which order children are woken and taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// One child is woken and taken, then another, at random.
    One,
    /// All children are woken, then all are taken.
    All,
}

/// A settled set of `n` children, of which up to `wakes` are woken and taken; then as many are
/// inserted again, untimed.
#[derive(Clone, Copy)]
pub(super) struct Wakes {
    pub(super) n: usize,
    pub(super) wakes: usize,
    pub(super) event: Event,
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
