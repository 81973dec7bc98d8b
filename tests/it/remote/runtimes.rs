//! Remote children on each runtime.

use super::{Output, Threads};
use ringfence::{AsyncStd, Smol, Tokio};
use ringfence_core::{
    Outcome, Reason, Scope, ScopeError, gather, race, remote,
    rt::{Spawn, SpawnBlocking},
    scope, settle,
};
use ringfence_test::Tally;
use std::{
    future::{Future, pending, ready},
    sync::Arc,
};

/// Runs a future, inside the runtime if that has an inside.
trait Runs: Spawn + SpawnBlocking + Clone + 'static {
    fn run<F: Future>(&self, future: F) -> F::Output;
}

impl Runs for Threads {
    fn run<F: Future>(&self, future: F) -> F::Output {
        ringfence_core::block_on(future)
    }
}

impl Runs for Smol {
    fn run<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

impl Runs for AsyncStd {
    fn run<F: Future>(&self, future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}

/// A tokio runtime that is shut down with this.
#[derive(Clone)]
struct OnTokio(Arc<tokio::runtime::Runtime>);

impl OnTokio {
    fn multi_thread() -> Self {
        let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build();
        Self(Arc::new(rt.unwrap()))
    }

    fn current_thread() -> Self {
        Self(Arc::new(tokio::runtime::Builder::new_current_thread().build().unwrap()))
    }

    fn adapter(&self) -> Tokio {
        Tokio::from(self.0.handle().clone())
    }
}

impl Spawn for OnTokio {
    fn spawn(
        &self,
        task: ringfence_core::rt::Task,
    ) -> Result<(), ringfence_core::rt::Refused<ringfence_core::rt::Task>> {
        self.adapter().spawn(task)
    }
}

impl SpawnBlocking for OnTokio {
    fn spawn_blocking(
        &self,
        job: ringfence_core::rt::Job,
    ) -> Result<(), ringfence_core::rt::Refused<ringfence_core::rt::Job>> {
        self.adapter().spawn_blocking(job)
    }
}

impl Runs for OnTokio {
    fn run<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

/// Yields a few times.
async fn yields(times: usize) {
    ringfence_test::Probe::yields(times, ()).await;
}

/// What holds on every runtime.
fn holds(rt: &impl Runs) {
    values(rt);
    failures(rt);
    losers(rt);
    dropped(rt);
}

fn values(rt: &impl Runs) {
    let far = |n: usize| {
        remote(rt, async move {
            yields(n % 3).await;
            n
        })
    };
    assert_eq!(rt.run(gather((0..100).map(far))), Vec::from_iter(0..100));
    let mixed = scope(async |s| -> Output {
        let far: Vec<_> = (0..20).map(|n| s.spawn_on(rt, async move { Ok(n) })).collect();
        let job = s.spawn_blocking_on(rt, || Ok(100));
        let near = s.spawn(async { Ok(1000) });
        let mut sum = near.await + job.await;
        for handle in far {
            sum += handle.await;
        }
        Ok(sum)
    });
    assert_eq!(rt.run(mixed).unwrap(), 1290);
}

fn failures(rt: &impl Runs) {
    let failed = scope(async |s| -> Output {
        for n in 0..10 {
            s.spawn_on(rt, async move {
                yields(n).await;
                if n == 5 { Err::<u32, _>("five") } else { pending().await }
            });
        }
        pending().await
    });
    assert!(
        matches!(rt.run(failed), Err(ScopeError::Failed(group)) if *group.first().error().unwrap() == "five")
    );
    let (panicked, fine) =
        rt.run(settle((remote(rt, async { panic!("far away") }), remote(rt, async { 1 }))));
    let panicked: Outcome<()> = panicked;
    assert_eq!(panicked.panic().unwrap().message(), Some("far away"));
    assert!(fine.is_completed());
}

fn losers(rt: &impl Runs) {
    for n in 0..50 {
        let tally = Tally::new();
        let loser = || {
            let alive = tally.count(());
            remote(rt, async move {
                let _alive = alive;
                loop {
                    yields(n).await;
                    if n == 0 {
                        pending::<()>().await;
                    }
                }
            })
        };
        let (one, two) = (loser(), loser());
        rt.run(race((one, two, remote(rt, yields(n)))));
        // None of them outlives the race.
        tally.assert_all_dropped_once();
    }
}

fn dropped(rt: &impl Runs) {
    let tally = Tally::new();
    let whole = scope(async |s: Scope<'_, &str>| -> Output {
        for _ in 0..10 {
            let alive = tally.count(());
            s.spawn_on(rt, async move {
                let _alive = alive;
                pending::<Output>().await
            });
        }
        pending().await
    });
    rt.run(race((async { drop(whole.await) }, yields(3))));
    tally.assert_all_dropped_once();
    rt.run(ready(()));
}

// trap: T3
// rule: promise-await
// rule: remote-value
#[test]
fn the_same_holds_on_each_runtime() {
    holds(&Threads);
    holds(&Smol);
    holds(&AsyncStd);
    holds(&OnTokio::multi_thread());
    holds(&OnTokio::current_thread());
}

// trap: T2
// rule: promise-drop
#[test]
fn a_scope_that_is_dropped_midway_on_one_thread_has_dropped_all_its_children() {
    let rt = OnTokio::current_thread();
    let tally = Tally::new();
    let environment = vec![1, 2, 3];
    rt.run(async {
        let alive = tally.count(());
        let whole = scope(async |s: Scope<'_, &str>| -> Output {
            s.spawn_on(&rt, async move {
                let _alive = alive;
                pending::<Output>().await
            });
            s.spawn(async { Ok(environment.iter().sum::<u32>()) });
            pending().await
        });
        let mut whole = Box::pin(whole);
        tokio::select! {
            biased;
            _ = &mut whole => unreachable!("its body pends for ever"),
            () = yields(5) => {}
        }
        assert_eq!(tally.alive(), 1);
        drop(whole);
        tally.assert_all_dropped_once();
        drop(environment);
        // Nothing of it runs any more.
        yields(5).await;
    });
}

// trap: T19
// rule: remote-lost
#[test]
fn children_on_a_tokio_that_shuts_down_are_lost_and_nobody_hangs() {
    for workers in [None, Some(2)] {
        let rt = match workers {
            None => tokio::runtime::Builder::new_current_thread().build().unwrap(),
            Some(workers) => {
                tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().unwrap()
            }
        };
        let adapter = Tokio::from(rt.handle().clone());
        let tally = Tally::new();
        let children = [(); 8].map(|()| {
            let alive = tally.count(());
            remote(&adapter, async move {
                let _alive = alive;
                pending::<()>().await;
            })
        });
        let mut all = Box::pin(settle(children));
        rt.block_on(async {
            tokio::select! {
                biased;
                _ = &mut all => unreachable!("they pend for ever"),
                () = yields(5) => {}
            }
        });
        drop(rt);
        let lost = |outcome: &Outcome<()>| matches!(outcome, Outcome::Cancelled(why) if *why.reason() == Reason::RuntimeGone);
        assert!(ringfence_core::block_on(all).iter().all(lost));
        tally.assert_all_dropped_once();
        // Spawned when it is gone.
        let late = remote(&adapter, async { 1 });
        assert!(ringfence_core::block_on(late.outcome()).is_cancelled());
    }
}
