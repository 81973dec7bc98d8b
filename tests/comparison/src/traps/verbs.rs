//! `join_all`, `try_join_all` and the like: T5, T16, T17, T23, T24.

use crate::{
    said::Said,
    sets::{Child, Set},
};
use futures::{stream, stream::StreamExt};
use futures_buffered::BufferedStreamExt;
use futures_concurrency::future::{Join, TryJoin};
use ringfence_test::{Counted, Probe, Stepper, Tally};
use std::{
    fmt::Debug,
    future::{Future, pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

type Failed = Result<Counted<u32>, u32>;

/// T5: `$join` is polled to its error, and once more; and dropped early, with a value in it.
fn again<F>(join: impl Fn(Vec<Child<Failed>>) -> F) -> Said
where
    F: Future<Output = Result<Vec<Counted<u32>>, u32>>,
{
    let tally = Tally::new();
    let mut failed = Stepper::new(join(vec![Box::pin(ready(Err(1))), Box::pin(pending())]));
    if failed.step().is_pending() {
        return Said::other("does not fail");
    }
    match catch_unwind(AssertUnwindSafe(|| failed.step().map(std::mem::forget))) {
        // A panic says what is wrong, and so does a wait.
        Err(_) | Ok(Poll::Pending) => {}
        Ok(Poll::Ready(())) => return Said::other("ends again, by `Ok`"),
    }
    let value = tally.count(1);
    let mut early = Stepper::new(join(vec![Box::pin(ready(Ok(value))), Box::pin(pending())]));
    let _ = early.step();
    drop(early);
    Said::fine_if(tally.alive() == 0, "leaks values")
}

pub(super) fn again_ringfence() -> Said {
    again(ringfence_core::try_gather)
}

pub(super) fn again_futures() -> Said {
    again(futures::future::try_join_all)
}

pub(super) fn again_concurrency() -> Said {
    again(|children| children.try_join())
}

pub(super) fn again_buffered() -> Said {
    again(futures_buffered::try_join_all)
}

/// T23.
fn fail_fast<F>(join: impl Fn(Vec<Child<Result<u32, u32>>>) -> F) -> Said
where
    F: Future<Output = Result<Vec<u32>, u32>>,
{
    let child = |place: u32| -> Child<_> {
        match place {
            0 => Box::pin(pending()),
            40 => Box::pin(ready(Err(place))),
            _ => Box::pin(ready(Ok(place))),
        }
    };
    let mut join = Stepper::new(join((0..100).map(child).collect()));
    Said::fine_if(join.run_until_stalled().is_ready(), "does not see it")
}

pub(super) fn fail_fast_ringfence() -> Said {
    fail_fast(ringfence_core::try_gather)
}

pub(super) fn fail_fast_futures() -> Said {
    fail_fast(futures::future::try_join_all)
}

pub(super) fn fail_fast_concurrency() -> Said {
    fail_fast(|children| children.try_join())
}

pub(super) fn fail_fast_buffered() -> Said {
    fail_fast(futures_buffered::try_join_all)
}

/// T24: a poll each to begin, and one for each wake, would be 60.
fn polls<F>(join: impl Fn(Vec<Probe<u32>>) -> F) -> Said
where
    F: Future<Output = Vec<u32>>,
{
    let children: Vec<_> = (0..30).map(|_| Probe::pending()).collect();
    let controls: Vec<_> = children.iter().map(Probe::controller).collect();
    let mut join = Stepper::new(join(children));
    let _ = join.step();
    for control in &controls {
        control.complete(1);
        let _ = join.step();
    }
    let polls: usize = controls.iter().map(|control| control.polls()).sum();
    Said::fine_if(polls <= 60, &polls.to_string())
}

pub(super) fn polls_ringfence() -> Said {
    polls(ringfence_core::gather)
}

pub(super) fn polls_futures() -> Said {
    polls(futures::future::join_all)
}

pub(super) fn polls_concurrency() -> Said {
    polls(|children| children.join())
}

pub(super) fn polls_buffered() -> Said {
    polls(futures_buffered::join_all)
}

/// T16: what is to be refused is refused by a panic, or the stream ends; a hang is what is not.
fn no_places<F: Future<Output: Debug>>(run: impl FnOnce() -> F) -> Said {
    let run = catch_unwind(AssertUnwindSafe(|| Stepper::new(run()).run_until_stalled().is_ready()));
    match run {
        Ok(true) => Said::other("runs all the same"),
        Ok(false) => Said::other("hangs"),
        Err(_) => Said::other("panics"),
    }
}

pub(super) fn no_places_ringfence() -> Said {
    no_places(|| ringfence_core::gather(vec![ready(1)]).limit(0))
}

pub(super) fn no_places_futures() -> Said {
    no_places(|| stream::iter([ready(1)]).buffer_unordered(0).collect::<Vec<_>>())
}

pub(super) fn no_places_buffered() -> Said {
    no_places(|| stream::iter([ready(1)]).buffered_unordered(0).collect::<Vec<_>>())
}

/// Two children, and a claim that there are more than there is memory for.
struct Boast(u32);

impl Iterator for Boast {
    type Item = Child<u32>;

    fn next(&mut self) -> Option<Child<u32>> {
        self.0 = self.0.checked_sub(1)?;
        Some(Box::pin(ready(self.0)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(usize::MAX))
    }
}

/// T17.
fn boast<S: Set<Child<u32>> + FromIterator<Child<u32>>>() -> Said {
    let mut set = S::from_iter(Boast(2));
    Said::fine_if(super::children::drain(&mut set), "does not end")
}

pub(super) fn boast_ringfence() -> Said {
    boast::<crate::sets::Ringfence<_>>()
}

pub(super) fn boast_futures() -> Said {
    boast::<crate::sets::Futures<_>>()
}

pub(super) fn boast_concurrency() -> Said {
    boast::<crate::sets::Concurrency<_>>()
}

pub(super) fn boast_buffered() -> Said {
    boast::<crate::sets::Buffered<_>>()
}

pub(super) fn boast_unicycle() -> Said {
    boast::<crate::sets::Unicycle<_>>()
}
