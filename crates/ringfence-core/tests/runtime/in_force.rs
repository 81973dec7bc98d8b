//! Which runtime is in force.

use super::clock::Clock;
use ringfence_core::rt::{self, Runtime, Timer};
use std::{
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
    thread,
    time::{Duration, Instant},
};

/// Returns the present of the clock in force, and `None` where none is.
fn now() -> Option<Instant> {
    rt::current().ok().map(|rt| rt.now())
}

/// Two clocks that tell different times.
fn clocks() -> (Clock, Clock) {
    let (one, other) = (Clock::new(), Clock::new());
    other.advance(Duration::from_secs(1_000_000));
    (one, other)
}

// rule: runtime-order
#[test]
fn no_runtime_is_an_error_that_says_what_to_do() {
    let error = rt::current().map(|_| ()).unwrap_err().to_string();
    for help in ["tokio", "async-std", "install", "rt::with_runtime", "rt::set_default"] {
        assert!(error.contains(help), "{error}");
    }
    assert!(rt::timer().runtime().is_none());
}

// rule: runtime-order
#[test]
fn the_innermost_runtime_counts_and_only_during_a_poll() {
    let (outer, inner) = clocks();
    let mut seen = Vec::new();
    let mut once = false;
    let mut within = Box::pin(outer.with(async {
        let before = now();
        let innermost = inner
            .with(poll_fn(|_| {
                if std::mem::replace(&mut once, true) { Poll::Ready(now()) } else { Poll::Pending }
            }))
            .await;
        seen.extend([before, innermost, now()]);
    }));
    assert!(super::poll(&mut within).is_pending());
    assert_eq!(now(), None);
    assert!(super::poll(&mut within).is_ready());
    drop(within);
    assert_eq!(seen, [Some(outer.now()), Some(inner.now()), Some(outer.now())]);
    assert_eq!(now(), None);
}

#[test]
fn unwinding_restores_what_was_in_force() {
    let (outer, inner) = clocks();
    let mut within = Box::pin(outer.with(async {
        let mut panics = Box::pin(inner.with(async {
            assert_eq!(now(), None, "this panics: a clock is in force");
        }));
        let caught = catch_unwind(AssertUnwindSafe(|| super::poll(&mut panics)));
        assert!(caught.is_err());
        now()
    }));
    assert_eq!(super::poll(&mut within), Poll::Ready(Some(outer.now())));
    assert_eq!(now(), None);
}

#[test]
fn it_is_in_force_while_the_future_is_dropped() {
    struct OnDrop<'a>(&'a mut Option<Instant>);

    impl Drop for OnDrop<'_> {
        fn drop(&mut self) {
            *self.0 = now();
        }
    }

    let (clock, _) = clocks();
    let mut seen = None;
    let on_drop = OnDrop(&mut seen);
    drop(clock.with(async move {
        let _held = on_drop;
        pending::<()>().await;
    }));
    assert_eq!(seen, Some(clock.now()));
    assert_eq!(now(), None);
}

#[test]
fn it_follows_the_future_to_another_thread() {
    let (clock, _) = clocks();
    let mut within = Box::pin(clock.with(async { now() }));
    let seen = thread::spawn(move || super::poll(&mut within)).join().unwrap();
    assert_eq!(seen, Poll::Ready(Some(clock.now())));
}

#[test]
fn a_runtime_found_may_be_put_in_force_elsewhere() {
    let (clock, _) = clocks();
    let found: Arc<dyn Runtime> =
        match super::poll(&mut Box::pin(clock.with(async { rt::current().unwrap() }))) {
            Poll::Ready(found) => found,
            Poll::Pending => unreachable!("nothing is awaited"),
        };
    let seen = super::poll(&mut Box::pin(rt::with_runtime(found, async { now() })));
    assert_eq!(seen, Poll::Ready(Some(clock.now())));
}
