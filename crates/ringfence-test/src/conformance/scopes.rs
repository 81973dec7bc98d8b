//! Scopes whose children run on the runtime.

use super::{Host, busy::busy, watch::Watch, whole::with_timer};
use crate::{Probe, Stepper, Tally, TestRuntime};
use ringfence_core::{
    CancelToken, Reason, Scope, ScopeError, block_on, cancel, remote, scope, scope_with,
};
use std::{
    future::{Future, pending},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Sender},
    },
    time::Duration,
};

/// For what is to end long before.
const HOUR: Duration = Duration::from_secs(3600);

type Failure = &'static str;

pub(super) fn children_of_a_scope_run_on_it_and_in_place(host: impl Host) {
    let near = AtomicU32::new(0);
    let spawner = host.spawner();
    let sum = || {
        scope(async |s| -> Result<usize, Failure> {
            let far: Vec<_> =
                (0..10).map(|n| s.spawn_on(&spawner, Probe::yields(n, Ok(n)))).collect();
            // Those in place borrow.
            s.spawn(async {
                near.fetch_add(1, Ordering::Relaxed);
            });
            let mut sum = 0;
            for handle in far {
                sum += handle.await;
            }
            Ok(sum)
        })
    };
    assert_eq!(block_on(sum()).expect("nothing fails"), 45);
    assert_eq!(host.run(sum()).expect("nothing fails"), 45);
    assert_eq!(near.load(Ordering::Relaxed), 2);
}

pub(super) fn a_failure_cancels_the_children_of_a_scope_and_waits_for_them(host: impl Host) {
    let (spawner, tally) = (host.spawner(), Tally::new());
    for round in 0..20 {
        let failing = scope(async |s| -> Result<(), Failure> {
            for n in 0..4 {
                let alive = tally.count(());
                s.spawn_on(&spawner, async move {
                    let _alive = alive;
                    Probe::yields(n, ()).await;
                    pending::<()>().await;
                });
            }
            s.spawn_on(&spawner, Probe::yields(round % 4, Err::<(), _>("refused")));
            pending().await
        });
        let ended = if round % 2 == 0 { block_on(failing) } else { host.run(failing) };
        tally.assert_all_dropped_once();
        let Err(ScopeError::Failed(failures)) = ended else { panic!("a child has failed") };
        assert_eq!(failures.first().error(), Some(&"refused"));
    }
}

pub(super) fn what_a_scope_owns_is_borrowed_by_its_children_and_comes_back(host: impl Host) {
    let spawner = host.spawner();
    let tenfold = async || {
        let (numbers, ended) =
            scope_with(&spawner, Vec::from_iter(0..8), async |s, numbers: &mut Vec<usize>| {
                let (first, rest) = numbers.split_at_mut(4);
                for number in first {
                    s.spawn(async move {
                        Probe::yields(*number, ()).await;
                        *number *= 10;
                    });
                }
                // Shared, by several at a time.
                let rest = &*rest;
                let sums = [0, 1].map(|at| s.spawn(async move { Ok(rest[at] + rest[at + 2]) }));
                let [even, odd] = sums;
                Ok::<_, Failure>((even.await, odd.await))
            })
            .await;
        (numbers, ended.expect("nothing fails"))
    };
    let expected = (vec![0, 10, 20, 30, 4, 5, 6, 7], (10, 12));
    assert_eq!(block_on(tenfold()), expected);
    assert_eq!(host.run(tenfold()), expected);
}

pub(super) fn what_a_scope_owns_is_dropped_after_the_last_child_that_borrows_it(host: impl Host) {
    let watch = Watch::new(host.spawner());
    let tally = Tally::new();
    let (child, gate) = busy();
    let env = tally.count(());
    let mut whole = Stepper::new(scope_with(&watch, env, async |s, env| {
        s.spawn(async move {
            child.await;
            assert_eq!(env.index(), 0, "it borrows to its end");
        });
        pending::<Result<(), Failure>>().await
    }));
    assert!(whole.step().is_pending());
    gate.wait();
    drop(whole);
    assert_eq!(tally.alive(), 1, "a child inside of a poll borrows it");
    gate.open();
    watch.wait_until_gone();
    assert!(gate.control.is_dropped());
    tally.assert_all_dropped_once();
}

/// A child that tells when it has begun, and ends some time after it was asked to, with the reason.
async fn asked(begun: impl FnOnce(), told: Sender<Reason>) {
    let token = cancel::current().expect("a child has a token");
    begun();
    token.cancelled().await;
    // To clean up takes time.
    Probe::yields(3, ()).await;
    told.send(token.reason().expect("it is cancelled")).expect("it is received");
}

/// Returns what is to be called at the begin of something, and a future that waits for that.
fn signal() -> (impl FnOnce() + Send + 'static, Probe<()>) {
    let begun = Probe::pending();
    let control = begun.controller();
    let begin = move || {
        control.complete(());
    };
    (begin, begun)
}

pub(super) fn children_that_were_asked_to_end_clean_up_within_the_grace(host: impl Host) {
    let spawner = host.spawner();
    let (begin, begun) = signal();
    let (tell, told) = mpsc::channel();
    let failing = scope(async |s: Scope<'_, Failure>| {
        s.spawn_on(&spawner, asked(begin, tell));
        begun.await;
        Err::<(), _>("enough")
    });
    assert!(block_on(failing.grace(HOUR)).is_err());
    assert_eq!(told.try_recv(), Ok(Reason::SiblingFailed), "it ends in good order");
}

pub(super) fn a_deadline_reaches_children_by_their_tokens(host: impl Host) {
    // By a clock that stands still, but for this test.
    let virtual_time = TestRuntime::new(0);
    let clock = virtual_time.clock();
    let spawner = host.spawner();
    let (begin, begun) = signal();
    let (tell, told) = mpsc::channel();
    let late = scope(async |s: Scope<'_, Failure>| {
        s.spawn_on(&spawner, asked(begin, tell));
        begun.await;
        clock.advance(HOUR);
        // The body is asked, too.
        s.cancelled().await;
        Ok(())
    });
    let late = late.timeout(HOUR).grace(HOUR);
    let ended = block_on(with_timer(&host, Arc::new(virtual_time), late));
    assert!(matches!(ended, Err(ScopeError::Elapsed(_))), "not in time: {ended:?}");
    assert_eq!(told.try_recv(), Ok(Reason::Deadline));
}

type Nested = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A child that has a scope with such a child on the runtime, and so on, and at last `deepest`.
fn nested(host: &impl Host, depth: usize, deepest: Nested) -> Nested {
    let (spawner, inner) = match depth {
        0 => return deepest,
        _ => (host.spawner(), nested(host, depth - 1, deepest)),
    };
    Box::pin(async move {
        let scope = scope(async |s: Scope<'_, Failure>| {
            s.spawn_on(&spawner, inner);
            Ok(())
        });
        // That it is cancelled is told by those inside.
        drop(scope.grace(HOUR).await);
    })
}

pub(super) fn a_cancellation_reaches_scopes_nested_across_tasks(host: impl Host) {
    let (begin, begun) = signal();
    let (tell, told) = mpsc::channel();
    let child = nested(&host, 4, Box::pin(asked(begin, tell)));
    let token = CancelToken::new();
    let whole = scope(async |s: Scope<'_, Failure>| {
        s.spawn(remote(&host.spawner(), child));
        begun.await;
        token.cancel("from above");
        s.cancelled().await;
        Ok(())
    });
    let ended = block_on(whole.under(&token).grace(HOUR));
    assert!(ended.is_ok(), "the body has a value: {ended:?}");
    assert_eq!(told.try_recv(), Ok(Reason::from("from above")));
}
