//! A window that is kept full: whenever a child ends, another comes.

use std::future::poll_fn;
use std::hint::black_box;
use std::task::{Poll, ready};
use std::time::Instant;

use super::{DECADES, of_many, sweep};
use crate::child::Yields;
use crate::contender::{Bound, FuturesUnordered, Set, SetFamily, SetWorkload, sets_beside};
use crate::drive::Drive;
use crate::harness::Measure;
use crate::row::{Area, Row};
use crate::targets::Must::{Beat, BeatBest};

pub(super) const AREA: Area = Area { name: "churn", title: "Churn: a full window", rows };

#[derive(Clone, Copy)]
struct Churn {
    window: usize,
}

impl SetWorkload for Churn {
    fn measure<C: SetFamily>(self) -> Measure {
        let mut drive = C::Drive::default();
        let mut filled = None;
        Measure::time(self.window, move |iterations| {
            let ends = iterations * self.window as u64;
            drive.block_on(async {
                let set = filled.get_or_insert_with(|| {
                    let mut set = C::Set::<Yields>::with_capacity(self.window);
                    (0..self.window).for_each(|_| set.insert(Yields(1)));
                    set
                });
                let start = Instant::now();
                let mut ended = 0;
                poll_fn(|cx| {
                    while ended < ends {
                        black_box(ready!(set.poll_next(cx)));
                        set.insert(Yields(1));
                        ended += 1;
                    }
                    Poll::Ready(start.elapsed())
                })
                .await
            })
        })
    }
}

fn rows() -> Vec<Row> {
    let musts = of_many([BeatBest(3.0), Beat(FuturesUnordered::NAME, 5.0)]);
    sweep("churn, yield once", "ns per end", &DECADES, musts, |window| {
        sets_beside::<Bound>(window, Churn { window })
    })
}
