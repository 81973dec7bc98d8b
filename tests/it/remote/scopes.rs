//! Scopes with children on a runtime.

use super::{ByHand, Last, Output, Parent, Threads, busy};
use crate::verbs::caught;
use ringfence_core::{
    CancelToken, Limiter, PanicPolicy, Scope, ScopeError, block_on, gather, observe::Phase, remote,
    scope, scope_local, scope_with, sleep,
};
use ringfence_test::{
    Counted, Probe, Stepper, Tally, TestRuntime, explore_seeds, panicking_waker, poll_once,
};
use std::{
    future::pending,
    pin::{Pin, pin},
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Poll, Waker},
    time::Duration,
};

// rule: scope-spawn-on
#[test]
fn children_on_a_runtime_and_children_in_the_scope_are_mixed_freely() {
    explore_seeds(0..16, async || {
        let rt = TestRuntime::current();
        let near = AtomicU32::new(0);
        let sum = scope(async |s| -> Output {
            let far: Vec<_> = (1..=4)
                .map(|n| {
                    s.spawn_on(&rt, async move {
                        sleep(Duration::from_millis(u64::from(n))).await;
                        Ok(n)
                    })
                })
                .collect();
            // In-task children borrow.
            s.spawn(async {
                near.fetch_add(1, Ordering::Relaxed);
            });
            let mut sum = 0;
            for handle in far {
                sum += handle.await;
            }
            Ok(sum)
        });
        assert_eq!(sum.await.unwrap(), 10);
        assert_eq!(near.into_inner(), 1);
    });
}

// rule: scope-spawn-on
#[test]
fn a_child_on_a_runtime_is_begun_when_the_scope_is_polled_and_limits_count_it() {
    let rt = ByHand::default();
    let whole = scope(async |s: Scope<'_, &str>| -> Output {
        for _ in 0..3 {
            s.spawn_on(&rt, async {});
        }
        assert_eq!(rt.spawned(), 0);
        Ok(1)
    });
    let mut whole = Stepper::new(whole.limit(2));
    assert!(whole.step().is_pending());
    assert_eq!(rt.spawned(), 2);
    assert!(rt.poll(0).is_ready());
    assert!(whole.step().is_pending());
    assert_eq!(rt.spawned(), 3);
    assert!(rt.poll(1).is_ready() && rt.poll(2).is_ready());
    assert!(matches!(whole.step(), Poll::Ready(Ok(1))));
}

// rule: scope-spawn-on
#[test]
fn a_failure_or_a_panic_on_a_runtime_is_the_scopes() {
    let failed = block_on(scope(async |s| -> Output {
        s.child().named("far").spawn_on(&Threads, async { Err::<u32, _>("boom") });
        pending().await
    }));
    let text = failed.unwrap_err().to_string();
    assert!(text.contains("far") && text.contains("boom"), "{text}");

    let panics = || {
        scope(async |s| -> Output {
            s.spawn_on(&Threads, async {
                if true {
                    panic!("far away")
                }
            });
            pending().await
        })
    };
    assert_eq!(caught(|| block_on(panics())).unwrap_err(), "far away");
    let collected = block_on(panics().panics(PanicPolicy::Collect));
    let Err(ScopeError::Failed(group)) = collected else { panic!("it has failed") };
    assert_eq!(group.first().location.unwrap().file(), file!());
}

// rule: scope-spawn-on
#[test]
fn daemons_and_owned_children_may_be_remote() {
    let rt = ByHand::default();
    let daemon = Probe::<Output>::pending();
    let control = daemon.controller();
    let mut whole = Stepper::new(scope(async |s| -> Output {
        s.child().daemon().spawn_on(&rt, daemon);
        let attempt = s.spawn_owned(remote(&rt, async { Err::<u32, _>("refused") }));
        assert!(attempt.await.is_failure());
        Ok(1)
    }));
    assert!(whole.step().is_pending());
    assert!(rt.poll(0).is_pending() && rt.poll(1).is_ready());
    assert!(matches!(whole.step(), Poll::Ready(Ok(1))));
    assert_eq!(control.drops(), 1);
}

// rule: scope-spawn-on
#[test]
fn a_local_scope_has_children_on_a_runtime_too() {
    let shared = Rc::new(1);
    let sum = block_on(scope_local(async |s| -> Output {
        let far = s.spawn_on(&Threads, async { Ok(2) });
        let near = s.spawn(async { Ok(*shared) });
        Ok(far.await + near.await)
    }));
    assert_eq!(sum.unwrap(), 3);
}

// rule: scope-spawn-on
#[test]
fn a_closed_scope_drops_a_remote_child_and_spawns_no_task() {
    let rt = ByHand::default();
    let mut late = None;
    block_on(scope(async |s: Scope<'_, &str>| -> Output {
        late = Some(s.clone());
        Ok(1)
    }))
    .unwrap();
    let probe = Probe::<Output>::pending();
    let control = probe.controller();
    let handle = late.unwrap().spawn_on(&rt, probe);
    assert_eq!((control.drops(), rt.spawned()), (1, 0));
    assert!(block_on(handle.outcome()).is_cancelled());
}

// rule: scope-spawn-on
#[test]
fn scopes_are_nested_across_runtimes() {
    let total = block_on(scope(async |s| -> Output {
        let outer = s.spawn_on(&Threads, async {
            let inner = scope(async |s| -> Output {
                let (one, two) = gather((
                    s.spawn_on(&Threads, async { Ok(1) }),
                    s.spawn_on(&Threads, async { Ok(2) }),
                ))
                .await;
                Ok(one + two)
            });
            inner.await.map_err(|_| "inner")
        });
        Ok(outer.await)
    }));
    assert_eq!(total.unwrap(), 3);
}

// rule: handle-cancel
#[test]
fn a_handle_cancels_its_child_on_a_runtime() {
    let rt = ByHand::default();
    let probe = Probe::<Output>::pending();
    let control = probe.controller();
    let mut whole = Stepper::new(scope(async |s| -> Output {
        let handle = s.spawn_on(&rt, probe);
        Probe::yields(1, ()).await;
        handle.cancel("not needed");
        assert!(handle.outcome().await.is_cancelled());
        Ok(1)
    }));
    assert!(whole.step().is_ready());
    assert_eq!(control.drops(), 1);
    assert!(rt.poll(0).is_ready());
}

// rule: observe-snapshot
#[test]
fn a_snapshot_says_that_the_scope_waits_for_a_poll_on_another_thread() {
    let (child, control) = busy(Last::Pends);
    let mut asked = None;
    let whole = scope(|s: Scope<'_, &str>| {
        s.spawn(child);
        asked = Some(s);
        pending::<Output>()
    });
    let mut whole = pin!(whole.observe(()));
    let s = asked.unwrap();
    assert!(poll_once(whole.as_mut(), Waker::noop()).is_pending());
    s.cancel("enough");
    assert!(poll_once(whole.as_mut(), Waker::noop()).is_pending());
    let snapshot = s.snapshot();
    assert_eq!((snapshot.phase.clone(), snapshot.children.len()), (Phase::Draining, 0));
    assert!(snapshot.tree().to_string().starts_with("scope: draining"));
    control.let_out();
    assert!(block_on(whole).is_err());
    assert_eq!(s.snapshot().phase, Phase::Ended);
}

// rule: scope-with
#[test]
fn a_scope_that_owns_and_ends_inside_a_poll_of_its_child_panics_and_drops_what_it_owns_later() {
    type Whole = Pin<Box<dyn Future<Output = (Counted<u32>, Result<(), ScopeError<()>>)> + Send>>;
    let rt = ByHand::default();
    let (tally, token) = (Tally::new(), CancelToken::new());
    let place = Arc::new(Mutex::new(None::<Whole>));
    let inside = place.clone();
    let ends = token.clone();
    let whole = scope_with(&rt, tally.count(7), async move |s, env: &mut Counted<u32>| {
        s.spawn(async move {
            ends.cancel("from inside");
            let mut whole = inside.lock().unwrap().take().unwrap();
            let said = caught(|| drop(poll_once(whole.as_mut(), Waker::noop()))).unwrap_err();
            drop(whole);
            assert!(said.contains("inside a poll of its own child"), "{said}");
            // It is still there.
            assert_eq!(**env, 7);
        });
        Ok(())
    });
    let mut whole: Whole = Box::pin(whole.under(&token));
    assert!(poll_once(whole.as_mut(), Waker::noop()).is_pending());
    *place.lock().unwrap() = Some(whole);
    assert!(rt.poll(0).is_ready());
    tally.assert_all_dropped_once();
}

// trap: T8
// rule: limiter-wakers
#[test]
fn a_waker_that_panics_for_a_place_is_resumed_when_a_child_inside_a_poll_has_gone() {
    let limiter = Limiter::new(1);
    let (far, busy) = busy(Last::Pends);
    let near = Probe::<Output>::pending();
    let control = near.controller();
    let mut whole = Parent::new(
        scope(async |s: Scope<'_, &'static str>| -> Output {
            s.spawn(near);
            s.daemon(far);
            pending().await
        })
        .limit(&limiter),
    );
    assert!(whole.poll().is_pending());
    let mut other = pin!(limiter.acquire(1));
    assert!(poll_once(other.as_mut(), &panicking_waker("a waker panics")).is_pending());
    control.complete(Ok(1));
    assert!(caught(|| whole.poll().is_pending()).unwrap(), "it waits for who is inside a poll");
    busy.let_out();
    assert_eq!(caught(|| whole.end()).unwrap_err(), "a waker panics");
}
