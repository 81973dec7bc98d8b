//! Areas PA and DI: panics, and values that nobody awaits.

use super::{S, Why, failures};
use crate::scene::{Log, after, elapsed, ms, run};
use futures::FutureExt as _;
use ringfence_core::{
    OnFailure, PanicPolicy,
    observe::{ObservedChild, Observer},
    scope_local, sleep,
};
use std::{
    any::Any,
    future::pending,
    panic::{AssertUnwindSafe, panic_any},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

/// Runs a future that panics, and returns what was thrown.
async fn thrown<T>(future: impl Future<Output = T>) -> Box<dyn Any + Send> {
    AssertUnwindSafe(future).catch_unwind().await.err().expect("it panics")
}

/// Panics after so many milliseconds.
async fn throws(millis: u64, payload: impl Any + Send) {
    sleep(ms(millis)).await;
    panic_any(payload)
}

// case: PA-02
// case: PA-07
#[test]
fn of_two_panics_the_first_is_resumed_once_all_are_gone() {
    let log = Log::default();
    run(async {
        let whole = scope_local(async |s: S<'_>| -> Result<(), Why> {
            for n in [2, 1] {
                s.spawn(throws(10 * n, n));
            }
            s.spawn(async {
                let _local = log.local("sleeper");
                pending::<()>().await;
            });
            pending().await
        });
        let payload = thrown(whole).await;
        assert_eq!((payload.downcast_ref(), elapsed()), (Some(&1_u64), 10));
        assert_eq!(log.take(), ["drop sleeper"]);
    });
}

// case: PA-03
#[test]
fn a_scope_that_collects_recovers_the_payload_and_all_others_have_run() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            for n in 0..10_u64 {
                let log = log.clone();
                s.spawn(async move {
                    if n == 3 {
                        panic_any(n);
                    }
                    sleep(ms(n)).await;
                    log.note(n.to_string());
                });
            }
            Ok::<(), Why>(())
        });
        let ended = ended.panics(PanicPolicy::Collect).on_failure(OnFailure::Collect).await;
        let failure = ended.unwrap_err().into_group().unwrap().into_first();
        assert_eq!(failure.child.index(), 3);
        assert!(failure.panic().is_some());
        assert_eq!(log.take().len(), 9);
    });
}

// case: PA-06
// rule: scope-panic-collect
#[test]
fn a_panic_that_is_collected_is_a_failure_among_others() {
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(after(10, Err::<(), _>("error")));
            s.spawn(throws(20, "panic"));
            s.cancelled().await;
            Err::<(), _>("body")
        });
        let ended = ended.panics(PanicPolicy::Collect).grace(ms(100)).await;
        assert_eq!(failures(ended), ["child 0: error", "body: body", "child 1: panicked: panic"]);
    });
}

// case: PA-09
// rule: observe-panic
#[test]
fn an_observer_that_panics_is_disabled_and_shown_so_and_the_others_and_the_run_go_on() {
    struct Faulty(Arc<AtomicU32>);
    impl Observer for Faulty {
        fn poll_begins(&self, _: &ObservedChild, _: Instant) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("a fault in the observer");
        }
    }
    struct Sound(Arc<AtomicU32>);
    impl Observer for Sound {
        fn poll_begins(&self, _: &ObservedChild, _: Instant) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let (faulty, sound) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    run(async {
        let whole = scope_local(async |s: S<'_>| {
            let child = s.spawn(after(10, Ok(1)));
            Ok((child.await, s.snapshot().faults))
        });
        let whole = whole.observe(Faulty(faulty.clone())).observe(Sound(sound.clone()));
        let (value, faults) = whole.await.unwrap();
        assert_eq!((value, elapsed()), (1, 10));
        assert_eq!(faults, ["panicked: a fault in the observer"]);
    });
    assert_eq!(faulty.load(Ordering::Relaxed), 1);
    // The body and the child, twice each.
    assert_eq!(sound.load(Ordering::Relaxed), 4);
}

// case: PA-10
#[test]
fn a_sink_that_panics_does_not_keep_the_scope_from_ending() {
    run(async {
        let whole = scope_local(async |s: S<'_>| {
            s.spawn(after(10, Err::<(), _>("e")));
            s.spawn(after(1000, Ok(())));
            Ok(())
        });
        let payload = thrown(whole.on_failure(OnFailure::sink(|_| panic_any("sink")))).await;
        assert_eq!((payload.downcast_ref(), elapsed()), (Some(&"sink"), 10));
    });
}

// case: DI-01
// rule: scope-errors-first
#[test]
fn a_failure_is_told_whatever_the_body_has_returned() {
    for seed in 0..1000 {
        ringfence_test::run(seed, async {
            let ended = scope_local(async |s: S<'_>| {
                s.spawn(async { Ok(()) });
                s.spawn(async { Err::<(), _>("e") });
                Ok(12)
            });
            assert_eq!(failures(ended.await), ["child 1: e"]);
        });
    }
}

// case: DI-04
#[test]
fn the_value_of_a_child_without_a_handle_is_dropped_when_it_ends() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async { Ok(log.local("value")) });
            sleep(ms(10)).await;
            log.note("body");
            Ok(())
        });
        assert!(ended.await.is_ok());
        assert_eq!(log.take(), ["drop value", "body"]);
    });
}

// case: DI-06
#[test]
fn the_first_failure_cancels_the_siblings_although_nobody_asks_for_it() {
    let log = Log::default();
    run(async {
        let ended = scope_local(async |s: S<'_>| {
            s.spawn(async {
                let _local = log.local("sibling");
                pending::<()>().await;
            });
            s.spawn(after(10, Err::<(), _>("e")));
            Ok(())
        });
        assert_eq!((failures(ended.await).len(), elapsed()), (1, 10));
        assert_eq!(log.take(), ["drop sibling"]);
    });
}
