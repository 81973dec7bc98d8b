//! The drop of a set whose children pend.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::{DECADES, PER_CHILD, of_many, sweep};
use crate::child::{Never, drops, polls};
use crate::contender::{Bound, Set, SetFamily, SetWorkload, sets_beside};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::row::{Area, Row};
use crate::steps::settle;
use crate::targets::Must::BeatBest;

pub(super) const AREA: Area = Area { name: "drop", title: "Drop: a set of pending children", rows };

/// The drop of a set of `n` children that pend, until the last of them is dropped.
#[derive(Clone, Copy)]
struct DropPending {
    n: usize,
}

impl SetWorkload for DropPending {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        Measure::time(self.n, move |iterations| {
            drive.block_on(async {
                let mut timed = Duration::ZERO;
                for _ in 0..iterations {
                    let (polled, dropped) = (polls() + self.n, drops() + self.n);
                    let mut set = C::Set::<Never>::with_capacity(self.n);
                    (0..self.n).for_each(|_| set.insert(Never::default()));
                    settle(&mut set, || polls() >= polled).await;
                    let start = Instant::now();
                    drop(set);
                    // Tasks are only aborted with their set; their runtime drops them.
                    poll_fn(|cx| {
                        if drops() >= dropped {
                            return Poll::Ready(());
                        }
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    })
                    .await;
                    timed += start.elapsed();
                }
                timed
            })
        })
    }
}

fn rows() -> Vec<Row> {
    // One child or ten take less than the reading of the clock.
    sweep("drop pending", PER_CHILD, &DECADES[2..], of_many([BeatBest(1.3)]), |n| {
        sets_beside::<Bound>(n, DropPending { n })
    })
}
