//! How much memory verbs and sets may ask for: each budget fails the test that passes it.

mod remote;
mod scopes;

use futures::StreamExt as _;
use ringfence_benches::alloc::{Counting, Tally, count};
use ringfence_core::{
    JoinSet, as_completed, gather, race, race_ok, settle, timeout, try_gather, until, wait,
};
use std::{
    future::{Future, Ready, poll_fn, ready},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs a future that does not wait for anybody.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
    panic!("it waits for somebody");
}

/// Runs `work` twice, and tells what it asks for the second time.
///
/// The first time pays for what a thread keeps.
fn settled<T>(mut work: impl FnMut() -> T) -> Tally {
    drop(work());
    let (value, tally) = count(work);
    drop(value);
    tally
}

/// Returns pending once, and wakes itself.
async fn yields<T>(value: T) -> T {
    let mut yielded = false;
    poll_fn(|cx: &mut Context<'_>| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    value
}

/// A child of 32 bytes that is pending until it is woken by nobody.
struct Pending([u64; 4]);

impl Future for Pending {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if self.0[0] == 0 { Poll::Pending } else { Poll::Ready(self.0[0]) }
    }
}

#[test]
fn a_thousand_ready_children_through_a_set_take_25_allocations_at_most() {
    let tally = settled(|| {
        let mut set = JoinSet::new();
        for n in 0..1000 {
            set.insert(ready(n));
        }
        let mut cx = Context::from_waker(Waker::noop());
        let mut sum = 0;
        while let Poll::Ready(Some((_, outcome))) = set.poll_next(&mut cx) {
            sum += outcome.ok().unwrap();
        }
        assert_eq!(sum, 499_500);
    });
    assert!(tally.allocations <= 25, "{tally:?}");
    assert_eq!(tally.bytes, 0);
}

#[test]
fn a_thousand_ready_children_of_a_vec_take_25_allocations_at_most() {
    let children = || (0..1000).map(ready).collect::<Vec<Ready<u32>>>();
    for verb in [
        settled(|| run(gather(children())).len()),
        settled(|| run(try_gather((0..1000).map(|n| ready(Ok::<_, ()>(n))).collect::<Vec<_>>()))),
        settled(|| run(settle(children())).len()),
        settled(|| run(as_completed(children()).count())),
        settled(|| run(race(children()))),
    ] {
        assert!(verb.allocations <= 25, "{verb:?}");
    }
}

// rule: limit-memory
// rule: set-memory
#[test]
fn a_thousand_children_through_one_place_take_as_few() {
    // Slots are used again, and so is the memory of the children.
    let tally = settled(|| run(as_completed((0..1000).map(ready)).limit(1).count()));
    assert!(tally.allocations <= 10, "{tally:?}");
    let mut set = JoinSet::new();
    let mut cx = Context::from_waker(Waker::noop());
    let tally = settled(|| {
        for n in 0..1000 {
            set.insert(ready(n));
            assert!(set.poll_next(&mut cx).is_ready());
        }
    });
    assert_eq!(tally.allocations, 0, "a set that was used before");
}

#[test]
fn a_hundred_thousand_pending_children_of_32_bytes_take_40_bytes_each_at_most() {
    const CHILDREN: usize = 100_000;
    let (mut set, tally) = count(|| {
        let mut set = JoinSet::new();
        for _ in 0..CHILDREN {
            set.insert(Pending([0; 4]));
        }
        set
    });
    let per_child = tally.bytes as f64 / CHILDREN as f64;
    assert!(per_child <= 40.0, "{per_child} bytes");

    let ((), tally) = count(|| {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..CHILDREN / 32 {
            assert!(set.poll_next(&mut cx).is_pending());
        }
    });
    assert_eq!(tally.allocations, 0, "polling allocates nothing");
}

#[test]
fn gather_of_a_ready_tuple_allocates_nothing() {
    let r = ready::<u32>;
    for tally in [
        settled(|| run(gather((r(1), r(2))))),
        settled(|| run(gather((r(1), r(2), r(3))))),
        settled(|| run(gather((r(1), r(2), r(3), r(4), r(5), r(6), r(7), r(8))))),
        settled(|| {
            run(gather((r(1), r(2), r(3), r(4), r(5), r(6), r(7), r(8), r(9), r(10), r(11), r(12))))
        }),
    ] {
        assert_eq!(tally, Tally::default());
    }
}

#[test]
fn other_verbs_of_ready_tuples_allocate_nothing_either() {
    let ok = |n: u32| ready(Ok::<_, u32>(n));
    for tally in [
        settled(|| run(try_gather((ok(1), ok(2), ok(3), ok(4))))),
        settled(|| run(race((ok(1), ok(2), ok(3), ok(4))))),
        settled(|| run(race_ok((ok(1), ok(2), ok(3), ok(4))))),
        settled(|| run(settle((ok(1), ok(2), ok(3), ok(4)))).0.ok()),
        settled(|| run(gather((ok(1), ok(2)))).0),
    ] {
        assert_eq!(tally, Tally::default());
    }
}

#[test]
fn gather_of_a_tuple_that_yields_allocates_nothing() {
    for tally in [
        settled(|| run(gather((yields(1), yields(2))))),
        settled(|| run(gather((yields(1), yields(2), yields(3))))),
    ] {
        assert_eq!(tally, Tally::default());
    }
    // Nor do more, since none of them keeps its waker.
    let tally = settled(|| run(gather((yields(1), yields(2), yields(3), yields(4)))));
    assert_eq!(tally, Tally::default());
}

#[test]
fn an_empty_set_allocates_nothing() {
    assert_eq!(settled(JoinSet::<Pending>::new), Tally::default());
    let tally = settled(|| {
        let mut set = JoinSet::<Pending>::new();
        assert!(set.try_next().is_none());
        run(set.wait(until::AllCompleted)).len()
    });
    assert_eq!(tally, Tally::default());
}

#[test]
fn what_is_ready_needs_no_timer_which_would_allocate() {
    let second = Duration::from_secs(1);
    assert_eq!(settled(|| run(timeout(second, ready(1)))).allocations, 0);
    assert_eq!(settled(|| run(gather((ready(1), ready(2))).timeout(second))).allocations, 0);
}

#[test]
fn wait_asks_for_room_for_what_is_done_and_little_more() {
    let tally = settled(|| run(wait((0..1000).map(ready), until::AllCompleted)).done.len());
    assert!(tally.allocations <= 35, "{tally:?}");
}

/// A child that is large, and keeps its waker where it is told.
struct Large<'a> {
    ballast: [u8; 64 * 1024],
    kept: &'a mut Option<Waker>,
}

impl Future for Large<'_> {
    type Output = u8;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
        *self.kept = Some(cx.waker().clone());
        if self.ballast[0] == 1 { Poll::Ready(1) } else { Poll::Pending }
    }
}

// trap: T12
// rule: set-waker-memory
#[test]
fn a_waker_that_outlives_a_set_keeps_less_than_a_kibibyte() {
    for ballast in [0, 1] {
        let (kept, tally) = count(|| {
            let mut kept = None;
            let mut set = JoinSet::new();
            set.insert(Large { ballast: [ballast; 64 * 1024], kept: &mut kept });
            let polled = set.poll_next(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled.is_ready(), ballast == 1);
            drop(polled);
            drop(set);
            kept
        });
        assert!(kept.is_some());
        assert!(tally.bytes < 1024, "{tally:?}");
    }
}

// trap: T12
#[test]
fn a_waker_of_one_of_many_keeps_less_than_a_kibibyte() {
    let (kept, tally) = count(|| {
        let mut wakers: Vec<Option<Waker>> = vec![None; 200];
        let children: Vec<_> =
            wakers.iter_mut().map(|kept| Large { ballast: [0; 64 * 1024], kept }).collect();
        let mut all = Box::pin(gather(children));
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..5 {
            assert!(all.as_mut().poll(&mut cx).is_pending());
        }
        drop(all);
        // The last is in the header that is the furthest from the set's own.
        wakers.pop().flatten()
    });
    assert!(kept.is_some());
    assert!(tally.bytes < 1024, "{tally:?}");
}

/// Keeps its waker once, and wakes itself by it.
async fn keeps_its_waker() {
    let mut kept = None;
    poll_fn(|cx: &mut Context<'_>| match kept {
        None => {
            let waker = kept.insert(cx.waker().clone());
            waker.wake_by_ref();
            Poll::Pending
        }
        Some(_) => Poll::Ready(()),
    })
    .await;
}

#[test]
fn a_thread_keeps_what_the_wakers_of_its_last_verbs_were_made_of() {
    let four = || (keeps_its_waker(), keeps_its_waker(), keeps_its_waker(), keeps_its_waker());
    let tally = settled(|| run(gather(four())));
    assert_eq!(tally.allocations, 0, "{tally:?}");
}

// rule: set-memory
#[test]
fn a_set_takes_no_more_memory_than_twice_what_its_children_need() {
    for children in [70, 130, 700] {
        let (set, tally) = count(|| {
            let mut set = JoinSet::new();
            for _ in 0..children {
                set.insert(Pending([0; 4]));
            }
            set
        });
        let most = 2 * children * size_of::<Pending>() + 1024;
        assert!(tally.bytes as usize <= most, "{children} children: {tally:?}");
        drop(set);
    }
}

// rule: set-memory
#[test]
fn a_set_with_a_capacity_takes_in_so_many_children_without_an_allocation() {
    let mut set = JoinSet::with_capacity(200);
    let (_, tally) = count(|| {
        for n in 0..200 {
            set.insert(ready(n));
        }
    });
    assert_eq!(tally.allocations, 0, "{tally:?}");
}

// rule: set-memory
#[test]
fn a_set_with_a_capacity_takes_memory_for_so_many_children() {
    let (set, tally) = count(|| JoinSet::<Pending>::with_capacity(62));
    assert!(tally.bytes as usize <= 62 * size_of::<Pending>() + 1024, "{tally:?}");
    drop(set);
}
