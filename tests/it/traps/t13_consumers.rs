//! Children go on while who consumes what they return is busy with something else.

use futures::{StreamExt as _, stream};
use ringfence_core::{
    ScopeError, StreamExt as _, as_completed,
    rt::{self, Timer},
    scope, sleep,
};
use std::{cell::RefCell, time::Duration};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// When each of three steps of each of four children was over, by the clock of the test.
#[derive(Default)]
struct Steps(RefCell<Vec<[u128; 3]>>);

/// The steps of children that are never kept waiting: child `n` takes `10 * n` for each.
const UNDISTURBED: [[u128; 3]; 4] = [[10, 20, 30], [20, 40, 60], [30, 60, 90], [40, 80, 120]];

/// How long the consumer is busy with each output.
const BUSY: u64 = 100;

impl Steps {
    /// A child of three steps; the last of four ends when the consumer has just begun.
    async fn child(&self, n: u64) -> u64 {
        let begun = rt::timer().now();
        let mut steps = [0; 3];
        for step in &mut steps {
            sleep(ms(10 * n)).await;
            *step = (rt::timer().now() - begun).as_millis();
        }
        self.0.borrow_mut().push(steps);
        n
    }
}

/// Runs `future` to its end, and returns how long it has taken.
fn run<F: Future>(future: F) -> (F::Output, u128) {
    ringfence_test::run(1, async {
        let begun = rt::timer().now();
        let output = future.await;
        (output, (rt::timer().now() - begun).as_millis())
    })
}

// trap: T13
// rule: concurrent-consumer
#[test]
fn children_of_a_stream_go_on_while_its_consumer_works() {
    let (steps, consumed) = (Steps::default(), RefCell::new(Vec::new()));
    let children = stream::iter(1..=4).concurrent(4).map(|n| steps.child(n));
    let (_, took) = run(children.for_each(async |n| {
        sleep(ms(BUSY)).await;
        consumed.borrow_mut().push(n);
    }));
    assert_eq!(*steps.0.borrow(), UNDISTURBED);
    assert_eq!(consumed.into_inner(), [1, 2, 3, 4]);
    assert_eq!(took, 30 + 4 * 100, "from the first output on the consumer never waits");
}

// trap: T13
// rule: concurrent-consumer
#[test]
fn children_that_wait_for_a_place_begin_while_the_consumer_works() {
    let steps = Steps::default();
    let children = stream::iter([1, 1, 1, 1]).concurrent(2).map(|n| steps.child(n)).ordered();
    let (_, took) = run(children.for_each(async |_| sleep(ms(BUSY)).await));
    assert_eq!(*steps.0.borrow(), [[10, 20, 30]; 4]);
    // The third begins when the consumer has taken the first.
    assert_eq!(took, 30 + 4 * 100);
}

// trap: T13
// rule: scope-together
#[test]
fn children_of_a_scope_go_on_while_its_body_works() {
    let steps: Vec<_> = (0..4).map(|_| std::sync::Mutex::new([0; 3])).collect();
    let (ended, took) = run(scope(async |s| -> Result<u64, ScopeError<()>> {
        let begun = rt::timer().now();
        let children: Vec<_> = (1..)
            .zip(&steps)
            .map(|(n, steps)| {
                s.spawn(async move {
                    for step in 0..3 {
                        sleep(ms(10 * n)).await;
                        steps.lock().unwrap()[step] = (rt::timer().now() - begun).as_millis();
                    }
                    Ok(n)
                })
            })
            .collect();
        let mut sum = 0;
        for child in children {
            sum += child.await;
            sleep(ms(BUSY)).await;
        }
        Ok(sum)
    }));
    assert_eq!(ended.unwrap(), 1 + 2 + 3 + 4);
    let steps: Vec<_> = steps.into_iter().map(|steps| steps.into_inner().unwrap()).collect();
    assert_eq!(steps, UNDISTURBED);
    assert_eq!(took, 30 + 4 * 100);
}

// trap: T13
// rule: as-completed-progress
#[test]
fn children_of_as_completed_stand_still_while_nobody_polls_it() {
    let steps = Steps::default();
    let (count, _) = run(async {
        let mut ended = as_completed((1..=4).map(|n| steps.child(n)));
        let mut count = 0;
        while ended.next().await.is_some() {
            count += 1;
            sleep(ms(BUSY)).await;
        }
        count
    });
    assert_eq!(count, 4);
    // That is its contract. The first has ended at 30, and nobody else does before 130.
    let steps = steps.0.borrow();
    assert_eq!(steps[0], UNDISTURBED[0]);
    assert!(steps[1..].iter().all(|steps| steps[2] > 30 + 100), "{steps:?}");
}

// trap: T13
// rule: scope-together
#[test]
fn handles_of_a_scope_by_as_completed_belong_to_children_that_go_on() {
    let (order, took) = run(scope(async |s| -> Result<Vec<u64>, ()> {
        let children: Vec<_> = (1..=4)
            .rev()
            .map(|n| {
                s.spawn(async move {
                    for _ in 0..3 {
                        sleep(ms(10 * n)).await;
                    }
                    Ok(n)
                })
            })
            .collect();
        let (mut ended, mut order) = (as_completed(children), Vec::new());
        while let Some((_, n)) = ended.next().await {
            order.push(n);
            sleep(ms(BUSY)).await;
        }
        Ok(order)
    }));
    // At 130 all of the others have ended, and are found in the order of their places.
    assert_eq!(order.unwrap(), [1, 4, 3, 2]);
    assert_eq!(took, 30 + 4 * 100);
}
