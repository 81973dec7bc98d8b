//! Children that are not polled: T13, T14, T15.

use super::scopes::run;
use crate::{
    said::Said,
    sets::{Child, Set},
};
use futures::stream::{self, Stream, StreamExt};
use futures_buffered::BufferedStreamExt;
use ringfence_core::sleep;
use ringfence_test::{Probe, Stepper};
use std::{
    future::{Future, poll_fn, ready},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};
use tokio::sync::Mutex;

/// Two children, of which one takes its time, and counts its steps.
fn two(steps: &Arc<AtomicU32>) -> impl Stream<Item = impl Future<Output = ()> + use<>> + use<> {
    let steps = steps.clone();
    stream::iter([1, 4]).map(move |times| {
        let steps = steps.clone();
        async move {
            for _ in 0..times {
                sleep(Duration::from_millis(10)).await;
                steps.fetch_add(1, Relaxed);
            }
        }
    })
}

/// How far the other comes while who has the first result works.
async fn overlap(results: impl Stream<Item = ()>, steps: &AtomicU32) -> Said {
    let mut results = pin!(results);
    results.next().await;
    let before = steps.load(Relaxed);
    sleep(Duration::from_millis(100)).await;
    Said::fine_if(steps.load(Relaxed) > before, "they stand still")
}

pub(super) fn overlap_futures() -> Said {
    let steps = Arc::default();
    run(async { overlap(two(&steps).buffer_unordered(4), &steps).await })
}

pub(super) fn overlap_buffered() -> Said {
    let steps = Arc::default();
    run(async { overlap(two(&steps).buffered_unordered(4), &steps).await })
}

pub(super) fn lock<S: Set<Child<()>>>() -> Said {
    run(async {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone().lock_owned().await;
        let mut set = S::empty();
        let queued = lock.clone();
        let first = Probe::pending();
        let control = first.controller();
        set.push(Box::pin(async move { drop(queued.lock().await) }));
        set.push(Box::pin(first));
        // So that the child is in the queue.
        poll_fn(|cx| Poll::Ready(set.poll_next(cx).is_ready())).await;
        control.complete(());
        poll_fn(|cx| set.poll_next(cx)).await;
        drop(held);
        drop(lock.lock().await);
        Said::Fine
    })
}

/// So many rounds, and one is woken before the first of them.
const ROUNDS: u32 = 10_000;

/// Beside a child that wakes itself in each poll, and then beside one that ends in each, and is
/// followed by another.
pub(super) fn restless<S: Set<Child<u32>>>() -> Said {
    let late = Said::other("is not polled in 10,000 rounds");
    let woken = Probe::pending();
    let control = woken.controller();
    let mut set = S::empty();
    set.push(Box::pin(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })));
    set.push(Box::pin(woken));
    let mut steps = Stepper::new(poll_fn(move |cx| set.poll_next(cx)));
    let _ = steps.step();
    control.complete(7);
    if !(0..ROUNDS).any(|_| matches!(steps.step(), Poll::Ready(Some(Some(7))))) {
        return late;
    }

    let woken = Probe::pending();
    let control = woken.controller();
    let mut set = S::empty();
    set.push(Box::pin(ready(0)));
    set.push(Box::pin(woken));
    let mut steps = Stepper::new(poll_fn(move |cx| {
        let end = set.poll_next(cx);
        if end.is_ready() {
            set.push(Box::pin(ready(0)));
        }
        end
    }));
    let _ = (steps.step(), control.polls());
    for _ in 0..10 {
        let _ = steps.step();
    }
    control.complete(7);
    let seen = (0..ROUNDS).any(|_| matches!(steps.step(), Poll::Ready(Some(Some(7)))));
    if seen { Said::Fine } else { late }
}
