//! Area AC, LI: the items of a stream as children.

use crate::scene::{Log, after, elapsed, run};
use futures::stream;
use ringfence_core::StreamExt as _;
use std::{cell::Cell, panic::AssertUnwindSafe};

/// How many there are now, and how many there were at a time at the most.
#[derive(Default)]
struct Crowd {
    now: Cell<usize>,
    most: Cell<usize>,
}

impl Crowd {
    fn enter(&self) {
        self.now.set(self.now.get() + 1);
        self.most.set(self.most.get().max(self.now.get()));
    }

    fn leave(&self) {
        self.now.set(self.now.get() - 1);
    }
}

// case: AC-13
#[test]
fn outputs_come_in_the_order_of_the_items_to_one_consumer_at_a_time() {
    let (log, children, consumers) = (Log::default(), Crowd::default(), Crowd::default());
    run(async {
        let doubled = stream::iter(0..50).concurrent(5).map(async |n| {
            children.enter();
            let doubled = after(50 - n, 2 * n).await;
            children.leave();
            doubled
        });
        let consumed = doubled.ordered().for_each(async |n| {
            consumers.enter();
            after(3, ()).await;
            log.note(n.to_string());
            consumers.leave();
        });
        consumed.await;
    });
    assert_eq!(log.take(), Vec::from_iter((0..50).map(|n| (2 * n).to_string())));
    assert_eq!((children.most.get(), consumers.most.get()), (5, 1));
}

// case: AC-13
#[test]
fn a_panic_of_child_or_consumer_goes_on_and_blocks_nobody() {
    for culprit in ["child", "consumer"] {
        let log = Log::default();
        let panicked = AssertUnwindSafe(async {
            let children = stream::iter(0..10).concurrent(5).map(|n| {
                let local = log.local("child");
                async move {
                    let _local = local;
                    after(n, ()).await;
                    assert!(n != 3 || culprit != "child", "boom");
                    n
                }
            });
            let consumed = children.ordered();
            consumed.for_each(async |n| assert!(n != 3 || culprit != "consumer", "boom")).await;
        });
        let panicked = run(futures::FutureExt::catch_unwind(panicked));
        assert_eq!(*panicked.unwrap_err().downcast_ref::<&str>().unwrap(), "boom");
        // Those before, and those that were there at the time.
        assert!(log.take().len() >= 5);
    }
}

// case: LI-13
#[test]
fn a_source_is_not_asked_for_more_than_the_consumer_takes() {
    run(async {
        let asked = Cell::new(0);
        let source = stream::iter((0..).inspect(|_| asked.set(asked.get() + 1)));
        let taken = Cell::new(0);
        let consumed = source.concurrent(3).map(async |n| n).try_for_each(async |_| {
            taken.set(taken.get() + 1);
            after(10, ()).await;
            // One consumes, and three have places.
            assert_eq!(asked.get(), taken.get() + 3);
            if taken.get() < 20 { Ok(()) } else { Err("enough") }
        });
        assert_eq!(consumed.await, Err("enough"));
        assert_eq!(elapsed(), 200);
    });
}
