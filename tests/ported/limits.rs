//! Area LI: at most so many children at a time.

use crate::scene::{Log, after, elapsed, ms, run};
use futures::StreamExt as _;
use ringfence_core::{
    Limiter, LocalScope, MissedTick, as_completed, gather, interval, scope_local, settle, sleep,
    try_gather,
};
use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    future::{Future, ready},
    num::NonZeroUsize,
};

/// How many children run, and how many ran at a time at the most.
#[derive(Default)]
struct Crowd {
    running: Cell<usize>,
    most: Cell<usize>,
}

impl Crowd {
    /// A child that counts as running from its first poll to its end.
    async fn join<T>(&self, child: impl Future<Output = T>) -> T {
        self.running.set(self.running.get() + 1);
        self.most.set(self.most.get().max(self.running.get()));
        let output = child.await;
        self.running.set(self.running.get() - 1);
        output
    }
}

// case: LI-01
// rule: limit-running
#[test]
fn no_more_run_at_a_time_than_the_limit_and_all_run() {
    for limit in [1, 10, 100] {
        run(async {
            let crowd = Crowd::default();
            let children = (0..1025).map(|n| crowd.join(after(n % 7, n)));
            let outputs = gather(children).limit(limit).await;
            assert_eq!(outputs, Vec::from_iter(0..1025));
            assert_eq!((crowd.most.get(), crowd.running.get()), (limit, 0));
        });
    }
}

// case: LI-02
#[test]
fn what_must_not_wait_is_spawned_only_if_there_is_a_place() {
    run(async {
        let limiter = Limiter::new(42);
        let served = scope_local(async |s| -> Result<_, Infallible> {
            let try_spawn = || {
                let place = limiter.try_acquire(1)?;
                Some(s.spawn(async move {
                    let _place = place;
                    after(10, ()).await;
                }))
            };
            let first: Vec<_> = (0..43).map(|_| try_spawn().is_some()).collect();
            after(20, ()).await;
            Ok((first, try_spawn().is_some()))
        });
        let (first, again) = served.await.unwrap();
        assert_eq!(first, [[true; 42].as_slice(), &[false]].concat());
        assert!(again, "when they have ended there are places again");
    });
}

// case: LI-05
#[test]
fn a_limit_of_two_over_nine_keeps_the_order_and_uses_both_places() {
    run(async {
        let crowd = Crowd::default();
        let limit = NonZeroUsize::new(2).unwrap();
        let children = (1..=9).map(|n| crowd.join(after(10, 2 * n))).collect::<Vec<_>>();
        let doubled = gather(children).limit(limit).await;
        assert_eq!(doubled, [2, 4, 6, 8, 10, 12, 14, 16, 18]);
        assert_eq!((crowd.most.get(), elapsed()), (2, 50));
    });
}

// case: LI-05
#[test]
fn a_limit_holds_for_tuples_and_arrays_too() {
    run(async {
        let crowd = Crowd::default();
        let child = |n| crowd.join(after(10, n));
        assert_eq!(gather((child(1), child(2), child(3))).limit(2).await, (1, 2, 3));
        assert_eq!(gather((child(1), child(2), child(3), child(4), child(5))).limit(2).await.4, 5);
        assert_eq!(gather([child(1), child(2), child(3)]).limit(2).await, [1, 2, 3]);
        assert_eq!((crowd.most.get(), elapsed()), (2, 20 + 30 + 20));
    });
}

// case: LI-06
// rule: limit-decided
#[test]
fn what_waits_for_a_place_never_starts_after_a_failure() {
    let log = Log::default();
    run(async {
        let children = (1..=9).map(|n| {
            log.note(format!("made {n}"));
            after(n, if n == 4 { Err("exception") } else { Ok(n) })
        });
        assert_eq!(try_gather(children).limit(2).await, Err("exception"));
        log.note("caught");
        assert_eq!(log.take(), ["made 1", "made 2", "made 3", "made 4", "made 5", "caught"]);
    });
}

// case: LI-07
// rule: limit-running
#[test]
fn each_end_lets_the_next_begin_in_the_order_given() {
    let log = Log::default();
    run(async {
        let child = |n: u64, millis| {
            let log = log.clone();
            async move {
                log.note(format!("start {n}"));
                after(millis, ()).await;
                log.note(format!("end {n}"));
                n
            }
        };
        let children = vec![child(0, 30), child(1, 10), child(2, 10), child(3, 20)];
        assert_eq!(gather(children).limit(2).await, [0, 1, 2, 3]);
        let expected = "start 0, start 1, end 1, start 2, end 2, start 3, end 0, end 3";
        assert_eq!(log.take().join(", "), expected);
    });
}

// case: LI-08
#[test]
fn a_child_that_panics_gives_its_place_to_the_next() {
    run(async {
        let begun = Cell::new(0);
        let children = (0..10).map(|n| {
            let begun = &begun;
            async move {
                begun.set(begun.get() + 1);
                after(1, ()).await;
                assert_ne!(n % 2, 0, "child {n} is faulty");
            }
        });
        let outcomes = settle(children).limit(2).await;
        assert_eq!((outcomes.len(), begun.get(), elapsed()), (10, 10, 5));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_panicked()).count(), 5);
    });
}

// case: LI-13
// rule: limit-not-created
#[test]
fn the_source_is_not_asked_for_more_than_there_are_places() {
    run(async {
        let asked = Cell::new(0);
        let source = (0..100).map(|n| {
            asked.set(asked.get() + 1);
            ready(n)
        });
        let mut ended = as_completed(source).limit(3);
        assert_eq!(asked.get(), 0, "nothing begins before the first poll");
        for taken in 0..50 {
            assert!(ended.next().await.is_some());
            assert_eq!(asked.get(), 3 + taken, "one out, one in");
            // The consumer takes its time.
            after(10, ()).await;
        }
        assert_eq!(asked.get(), 52);
    });
}

// case: LI-10
#[test]
fn starts_may_be_kept_apart_by_an_interval_while_children_overlap() {
    run(async {
        let (crowd, starts) = (&Crowd::default(), &RefCell::new(Vec::new()));
        let ended = scope_local(async |s: LocalScope<'_, ()>| {
            let mut ticks = interval(ms(100)).on_missed_tick(MissedTick::Delay);
            for n in 0..5 {
                ticks.tick().await;
                s.spawn(crowd.join(async {
                    starts.borrow_mut().push(elapsed());
                    after(1000, ()).await;
                }));
                if n == 2 {
                    // Ticks that were missed are not made up for.
                    sleep(ms(250)).await;
                }
            }
            Ok(())
        });
        assert!(ended.await.is_ok());
        assert_eq!(*starts.borrow(), [0, 100, 200, 450, 550]);
        assert_eq!((crowd.most.get(), elapsed()), (5, 1550));
    });
}
