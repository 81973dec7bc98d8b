//! `gather`, `try_gather`, `as_completed`, `race`.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;

use futures_core::Stream as _;
use ringfence_core::{as_completed, gather, race, try_gather as try_gather_all};

use crate::Work;
use crate::children::{Yields, finish, ready, run};

pub(super) fn gather_10() -> Work {
    let children: Vec<_> = (0..10).map(|_| ready()).collect();
    Box::new(move || finish(gather(children)))
}

pub(super) fn gather_1000() -> Work {
    let children: Vec<_> = (0..1_000).map(|_| ready()).collect();
    Box::new(move || finish(gather(children)))
}

pub(super) fn gather_yields() -> Work {
    let children: Vec<_> = (0..1_000).map(|_| Yields(1)).collect();
    Box::new(move || finish(gather(children)))
}

pub(super) fn tuple_of_4() -> Work {
    Box::new(|| finish(gather((Yields(1), Yields(1), Yields(1), Yields(1)))))
}

pub(super) fn try_gather() -> Work {
    let child = |at| async move { if at == 500 { Err(at) } else { Ok(ready().await) } };
    let children: Vec<_> = (0..1_000).map(child).collect();
    Box::new(move || finish(try_gather_all(children)))
}

pub(super) fn as_completed_yields() -> Work {
    let children: Vec<_> = (0..100).map(|_| Yields(1)).collect();
    Box::new(move || {
        let mut ends = pin!(as_completed(children));
        while black_box(run(poll_fn(|cx| ends.as_mut().poll_next(cx)))).is_some() {}
    })
}

/// The others yield for ever, and are dropped.
pub(super) fn race_10() -> Work {
    let children: Vec<_> = (0..10).map(|at| Yields(if at == 9 { 1 } else { u32::MAX })).collect();
    Box::new(move || finish(race(children)))
}
