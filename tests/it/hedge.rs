//! Another attempt when one is slow or has failed.

use crate::verbs::caught;
use ringfence_core::{
    Limiter, hedge,
    rt::{self, Timer},
    sleep,
};
use ringfence_test::{Probe, Stepper, TestRuntime};
use std::{
    cell::{Cell, RefCell},
    future::{Ready, pending, ready},
    pin::pin,
    task::Poll,
    time::Duration,
};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn now() -> u64 {
    TestRuntime::current().clock().elapsed().as_millis() as u64
}

/// What attempts do, and when they began and were dropped.
#[derive(Default)]
struct Plan {
    begun: RefCell<Vec<(usize, u64)>>,
    dropped: RefCell<Vec<(usize, u64)>>,
}

/// Notes when it is dropped.
struct Local<'a>(&'a Plan, usize);

impl Drop for Local<'_> {
    fn drop(&mut self) {
        self.0.dropped.borrow_mut().push((self.1, now()));
    }
}

impl Plan {
    /// An attempt that takes so many milliseconds, and then does as it says.
    async fn attempt(&self, n: usize, millis: u64, result: Result<u32, u32>) -> Result<u32, u32> {
        self.begun.borrow_mut().push((n, now()));
        let _local = Local(self, n);
        sleep(ms(millis)).await;
        result
    }

    /// Runs attempts with a delay of 10 ms; returns what came of it, and when.
    fn run(&self, attempts: &[(u64, Result<u32, u32>)]) -> (Result<u32, Vec<u32>>, u64) {
        ringfence_test::run(0, async {
            let attempts = attempts.iter().enumerate();
            let attempts = attempts.map(|(n, &(millis, result))| self.attempt(n, millis, result));
            (hedge(attempts, ms(10)).await, now())
        })
    }
}

// rule: hedge-delay
#[test]
fn while_attempts_are_slow_another_begins_after_each_delay() {
    let plan = Plan::default();
    assert_eq!(plan.run(&[(100, Ok(0)), (100, Ok(1)), (15, Ok(2)), (0, Ok(3))]), (Ok(3), 30));
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 20), (3, 30)]);
    let plan = Plan::default();
    assert_eq!(plan.run(&[(100, Ok(0)), (100, Ok(1)), (5, Ok(2)), (0, Ok(3))]), (Ok(2), 25));
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 20)]);
    assert_eq!(*plan.dropped.borrow(), [(2, 25), (0, 25), (1, 25)], "before it resolves");
}

// rule: hedge-delay
#[test]
fn an_attempt_that_is_quick_is_the_only_one() {
    let plan = Plan::default();
    assert_eq!(plan.run(&[(9, Ok(0)), (0, Ok(1))]), (Ok(0), 9));
    assert_eq!(plan.begun.borrow().len(), 1);
    let plan = Plan::default();
    // Of two that end in one poll the first wins.
    assert_eq!(plan.run(&[(20, Ok(0)), (10, Ok(1))]), (Ok(0), 20));
}

// rule: hedge-failure
#[test]
fn a_failure_begins_another_attempt_at_once_and_the_delay_anew() {
    let plan = Plan::default();
    let attempts = [(4, Err(0)), (3, Err(1)), (100, Ok(2)), (100, Ok(3)), (1, Ok(4))];
    assert_eq!(plan.run(&attempts), (Ok(4), 28));
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 4), (2, 7), (3, 17), (4, 27)]);
}

// rule: hedge-failure
#[test]
fn an_older_attempt_that_fails_while_a_younger_one_runs_begins_another_too() {
    let plan = Plan::default();
    assert_eq!(plan.run(&[(14, Err(0)), (100, Ok(1)), (100, Ok(2)), (2, Ok(3))]), (Ok(3), 26));
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 14), (3, 24)]);
}

// rule: hedge-errors
#[test]
fn if_all_fail_every_error_is_there_in_the_order_of_the_attempts() {
    let plan = Plan::default();
    assert_eq!(plan.run(&[(30, Err(0)), (5, Err(1)), (1, Err(2))]), (Err(vec![0, 1, 2]), 30));
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 15)]);
    assert_eq!(plan.run(&[]), (Err(vec![]), 0));
    let none = hedge(Vec::<Ready<Result<u8, u8>>>::new(), ms(10));
    assert_eq!(Stepper::new(none).step(), Poll::Ready(Err(vec![])));
}

// rule: hedge-members
#[test]
fn attempts_of_a_tuple_or_an_array_begin_one_after_the_other_too() {
    let plan = Plan::default();
    ringfence_test::run(0, async {
        let attempt = |n, millis| plan.attempt(n, millis, Ok(n as u32));
        assert_eq!(hedge((attempt(0, 100), attempt(1, 100), attempt(2, 1)), ms(10)).await, Ok(2));
        assert_eq!(hedge([attempt(3, 100), attempt(4, 5)], ms(10)).await, Ok(4));
        let failed = hedge((ready(Err::<u8, _>(1)), ready(Err(2))), ms(10)).await;
        assert_eq!(failed, Err([1, 2]));
    });
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 20), (3, 21), (4, 31)]);
}

// rule: hedge-members
#[test]
fn attempts_of_an_iterator_are_made_when_they_begin() {
    let made = Cell::new(0);
    let first = ringfence_test::run(0, async {
        let attempts = (0..).map(|n| {
            made.set(made.get() + 1);
            async move {
                sleep(ms(25)).await;
                Ok::<_, ()>(n)
            }
        });
        hedge(attempts, ms(10)).await
    });
    assert_eq!((first, made.get()), (Ok(0), 3));
}

// rule: hedge-limit
#[test]
fn with_a_limit_no_more_attempts_run_at_a_time() {
    let plan = Plan::default();
    ringfence_test::run(0, async {
        let attempts =
            (0..).map(|n| plan.attempt(n, 35, if n < 4 { Err(n as u32) } else { Ok(4) }));
        assert_eq!(hedge(attempts, ms(10)).limit(2).await, Ok(4));
    });
    // 0 and 1 run until 35 and 45; each failure begins the next.
    assert_eq!(*plan.begun.borrow(), [(0, 0), (1, 10), (2, 35), (3, 45), (4, 70), (5, 80)]);
}

// rule: hedge-limit
#[test]
fn with_a_limiter_an_attempt_begins_when_it_has_a_place() {
    let (limiter, plan) = (Limiter::new(1), Plan::default());
    ringfence_test::run(0, async {
        let place = limiter.try_acquire(1).unwrap();
        let attempts = (0..3).map(|n| plan.attempt(n, 25, Err(n as u32)));
        let mut attempts = pin!(hedge(attempts, ms(10)).limit(&limiter));
        // Nobody begins, and no delay is counted before somebody has.
        let waited = ringfence_core::timeout(ms(50), &mut attempts).await;
        assert!(waited.is_err());
        drop(place);
        assert_eq!(attempts.await, Err(vec![0, 1, 2]));
    });
    assert_eq!(*plan.begun.borrow(), [(0, 50), (1, 75), (2, 100)]);
}

// rule: hedge-delay
#[test]
fn without_a_delay_attempts_begin_one_in_each_turn() {
    let begun = Cell::new(0);
    let attempts = (0_u32..).map(|_| {
        begun.set(begun.get() + 1);
        pending::<Result<u8, u8>>()
    });
    let mut endless = Stepper::new(hedge(attempts, Duration::ZERO));
    for turn in 1..=20 {
        assert!(endless.step().is_pending());
        assert!(endless.is_woken(), "others have their turn");
        assert_eq!(begun.get(), turn);
    }
}

// rule: hedge-delay
#[test]
fn when_no_attempt_is_left_nobody_waits_for_a_delay() {
    ringfence_test::run(0, async {
        let mut last = Box::pin(hedge([pending::<Result<u8, u8>>(), pending()], ms(10)));
        let begun = rt::timer().now();
        assert!(ringfence_core::timeout(ms(1000), last.as_mut()).await.is_err());
        assert_eq!(rt::timer().now() - begun, ms(1000));
        // Neither at once nor after a delay is it woken again.
        let mut still = Stepper::new(last);
        assert!(still.step().is_pending());
        sleep(ms(1000)).await;
        assert!(!still.is_woken());
    });
}

// rule: panic-resume
#[test]
fn an_attempt_that_panics_ends_it() {
    let slow = Probe::<Result<u8, u8>>::pending();
    let control = slow.controller();
    let bad = Probe::pending().panics_on_poll(1);
    let panicked = caught(|| ringfence_test::run(0, hedge([slow, bad], ms(10))));
    assert!(panicked.is_err());
    assert!(control.is_dropped());
    control.assert_sound();
}

#[test]
fn its_future_is_send_if_the_attempts_are() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let names = ["a".to_owned(), "b".to_owned()];
    let first = is_send(async {
        hedge(names.iter().map(async |name| Ok::<_, ()>(name.len())), ms(10)).await
    });
    assert_eq!(ringfence_test::run(0, first), Ok(1));
}
