//! What holds on each runtime, with children in tasks and on shards.

use super::runtimes::{Runs, Threads, TokioCurrentThread, TokioMultiThread};
use crate::verbs::caught;
use futures::StreamExt as _;
use ringfence::{AsyncStd, Smol};
use ringfence_core::{
    Outcome, as_completed, gather, race, race_ok, settle, try_gather, until, wait,
};
use ringfence_test::{Probe, Tally, TestRuntime};
use std::{
    future::{Future, pending, ready},
    panic::panic_any,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A child that yields now and then, and returns its number.
async fn number(n: usize) -> usize {
    Probe::yields(n % 3, ()).await;
    n
}

/// As [`number`], but it fails from `bound` on.
async fn below(bound: usize, n: usize) -> Result<usize, usize> {
    if number(n).await < bound { Ok(n) } else { Err(n) }
}

fn outputs_are_in_order<R: Runs>(rt: R) {
    let all = Vec::from_iter(0..500);
    rt.run(async {
        assert_eq!(gather(all.clone().into_iter().map(number)).on(&rt).await, all);
        assert_eq!(gather(all.iter().map(|n| number(*n))).on(&rt).sharded(3).await, all);
        let array = [1, 2, 3];
        assert_eq!(gather(array.map(number)).on(&rt).await, array);
        assert_eq!(gather(array.map(number)).on(&rt).sharded(2).await, array);
        let tuple = (number(1), async { "two" }, number(3), ready(4_u8), number(5));
        assert_eq!(gather(tuple).on(&rt).await, (1, "two", 3, 4, 5));
    });
}

fn values_and_errors_are_as_without<R: Runs>(rt: R) {
    let all = Vec::from_iter(0..200);
    let children = || (0..200).map(|n| below(300, n));
    let failing = || (0..200).map(|n| below(199, n));
    rt.run(async {
        assert_eq!(try_gather(children()).on(&rt).await, Ok(all.clone()));
        assert_eq!(try_gather(children()).on(&rt).sharded(4).await, Ok(all));
        assert_eq!(try_gather(failing()).on(&rt).await, Err(199));
        assert_eq!(try_gather(failing()).on(&rt).sharded(4).await, Err(199));
        let hopeless = || (0..50).map(|n| below(0, n));
        assert_eq!(race_ok(hopeless()).on(&rt).await, Err(Vec::from_iter(0..50)));
        assert_eq!(race_ok(hopeless()).on(&rt).sharded(4).await, Err(Vec::from_iter(0..50)));
        let one = || (0..50).map(|n| below(usize::from(n == 25) * 50, n));
        assert_eq!(race_ok(one()).on(&rt).await, Ok(25));
        assert_eq!(race_ok(one()).on(&rt).sharded(4).await, Ok(25));
        let tuple = (below(0, 1), below(3, 2), pending());
        assert_eq!(race_ok(tuple).on(&rt).await, Ok(2));
    });
}

fn each_output_comes_once<R: Runs>(rt: R) {
    let squares = || as_completed((0..100).map(async |n| number(n).await * n));
    let expected = Vec::from_iter((0..100).map(|n| (n, n * n)));
    rt.run(async {
        let mut tasks: Vec<_> = squares().on(&rt).collect().await;
        let mut shards: Vec<_> = squares().on(&rt).sharded(3).collect().await;
        let mut limited: Vec<_> = squares().limit(5).on(&rt).sharded(3).collect().await;
        tasks.sort_unstable();
        shards.sort_unstable();
        limited.sort_unstable();
        assert_eq!((&tasks, &shards, &limited), (&expected, &expected, &expected));
        let waited = wait((0..100).map(number), until::AllCompleted).on(&rt).await;
        assert!(waited.done.iter().all(|(key, end)| end.value() == Some(&key.index())));
        assert_eq!((waited.done.len(), waited.pending.len()), (100, 0));
    });
}

fn none_and_one_are_enough<R: Runs>(rt: R) {
    rt.run(async {
        let none = || [0_usize; 0].map(number);
        assert_eq!(gather(()).on(&rt).await, ());
        assert_eq!(gather(none()).on(&rt).await, []);
        assert_eq!(gather(none()).on(&rt).sharded(4).await, []);
        assert!(settle(none()).on(&rt).sharded(4).await.is_empty());
        assert_eq!(as_completed(none()).on(&rt).sharded(4).next().await, None);
        assert_eq!(race_ok([0; 0].map(|n| below(1, n))).on(&rt).sharded(2).await, Err([]));
        assert_eq!(gather([number(1)]).on(&rt).await, [1]);
        assert_eq!(gather([number(1)]).on(&rt).sharded(4).await, [1]);
        assert_eq!(race([number(1)]).on(&rt).sharded(4).await, 1);
    });
}

fn a_panic_has_its_payload<R: Runs>(rt: R) {
    let children = || {
        [3, 4, 5].map(|n| async move {
            number(n).await;
            if n == 4 { panic_any(n) } else { n }
        })
    };
    rt.run(async {
        for ends in [settle(children()).on(&rt).await, settle(children()).on(&rt).sharded(2).await]
        {
            let [three, four, five] = ends;
            assert_eq!((three.ok(), five.ok()), (Some(3), Some(5)));
            let Outcome::Panicked(panic) = four else { panic!("it has panicked") };
            assert_eq!(panic.into_payload().downcast_ref(), Some(&4_usize));
        }
    });
}

fn a_panic_is_resumed<R: Runs>(rt: R) {
    let tally = Tally::new();
    let children = (0..20).map(|n| {
        let alive = tally.count(());
        async move {
            let _alive = alive;
            if number(n).await == 10 { panic!("ten") } else { pending().await }
        }
    });
    let children: Vec<_> = children.collect();
    let all = async { gather(children).on(&rt).sharded(3).await };
    let thrown = caught(|| -> Vec<()> { rt.run(all) });
    assert_eq!(thrown.unwrap_err(), "ten");
    tally.assert_all_dropped_once();
}

/// Children that pend for ever, each with something that is counted.
fn endless(tally: &Tally, len: usize) -> Vec<impl Future<Output = usize> + Send + 'static> {
    let child = |n| {
        let alive = tally.count(());
        async move {
            let _alive = alive;
            number(n).await;
            pending().await
        }
    };
    (0..len).map(child).collect()
}

fn losers_have_gone<R: Runs>(rt: R) {
    let (tasks, shards) = (Tally::new(), Tally::new());
    rt.run(async {
        for n in 0..20 {
            let all = gather(endless(&tasks, 10)).on(&rt);
            race((async { all.await.len() }, number(n))).await;
            // None of them outlives the race.
            assert_eq!(tasks.alive(), 0);
        }
    });
    tasks.assert_all_dropped_once();
    let rt = R::begin();
    rt.run(async {
        for n in 0..20 {
            let all = gather(endless(&shards, 10)).on(&rt).sharded(3);
            race((async { all.await.len() }, number(n))).await;
            assert_eq!(shards.alive(), 0);
        }
    });
    shards.assert_all_dropped_once();
}

/// Verbs on a runtime may themselves be children on one, also where their members are generic.
fn verbs_are_children_too<R: Runs + Sync>(rt: R) {
    #[expect(clippy::manual_async_fn, reason = "an `async fn` does not say that it is `Send`")]
    fn group<R: Runs + Sync>(rt: R, n: usize) -> impl Future<Output = usize> + Send + 'static {
        async move {
            let tasks = gather((0..n).map(number)).on(&rt).await;
            let shards = gather(tasks.into_iter().map(number)).limit(3).on(&rt).sharded(2).await;
            shards.iter().sum()
        }
    }
    let groups = gather((0..5).map(|n| group(rt.clone(), n))).on(&rt).sharded(2);
    assert_eq!(rt.run(groups), [0, 0, 1, 3, 6]);
}

/// What of a kind is there, and the most that there was.
#[derive(Clone, Default)]
struct Gauge(Arc<[AtomicUsize; 2]>);

impl Gauge {
    fn enter(&self) -> Entered {
        let now = self.0[0].fetch_add(1, Ordering::Relaxed) + 1;
        self.0[1].fetch_max(now, Ordering::Relaxed);
        Entered(self.clone())
    }

    fn most(&self) -> usize {
        self.0[1].load(Ordering::Relaxed)
    }
}

struct Entered(Gauge);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0[0].fetch_sub(1, Ordering::Relaxed);
    }
}

fn a_limit_holds<R: Runs>(rt: R) {
    let (tasks, shards) = (Gauge::default(), Gauge::default());
    let children = |gauge: &Gauge| {
        let gauge = gauge.clone();
        (0..100).map(move |n| {
            // Not made before there is a place for it.
            let here = gauge.enter();
            async move {
                let _here = here;
                number(n).await
            }
        })
    };
    rt.run(async {
        let all = Vec::from_iter(0..100);
        assert_eq!(gather(children(&tasks)).limit(7).on(&rt).await, all);
        assert_eq!(gather(children(&shards)).on(&rt).sharded(3).limit(7).await, all);
    });
    assert_eq!((tasks.most(), shards.most()), (7, 7));
}

/// Writes a test of each of these for each runtime.
macro_rules! everywhere {
    ($($holds:ident)*) => {
        everywhere! {@ deterministic: TestRuntime; $($holds)*}
        everywhere! {@ tokio_multi_thread: TokioMultiThread; $($holds)*}
        everywhere! {@ tokio_current_thread: TokioCurrentThread; $($holds)*}
        everywhere! {@ smol: Smol; $($holds)*}
        everywhere! {@ async_std: AsyncStd; $($holds)*}
        everywhere! {@ threads: Threads; $($holds)*}
    };
    (@ $module:ident: $runtime:ident; $($holds:ident)*) => {
        mod $module {
            use super::*;

            $(
                // rule: on-same
                // rule: on-limit
                // rule: sharded-same
                // rule: sharded-limit
                // rule: promise-await
                #[test]
                fn $holds() {
                    super::$holds($runtime::begin());
                }
            )*
        }
    };
}

everywhere! {
    outputs_are_in_order
    values_and_errors_are_as_without
    each_output_comes_once
    none_and_one_are_enough
    a_panic_has_its_payload
    a_panic_is_resumed
    losers_have_gone
    verbs_are_children_too
    a_limit_holds
}
