//! The cache, in every order of those who ask.

use ringfence_core::{sleep, timeout};
use ringfence_test::{Exhausted, TestRuntime, Trace, exhaust, explore, run};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use stranger::{Cache, Client, Transport};

/// A network whose answers take 10 milliseconds each; so many of the first fail.
#[derive(Clone, Default)]
struct Network {
    asked: Arc<AtomicUsize>,
    failing: usize,
}

impl Transport for Network {
    type Error = &'static str;
    type Get = Pin<Box<dyn Future<Output = Result<String, &'static str>> + Send>>;

    fn get(&self, _: &str, path: &str) -> Self::Get {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = if number < self.failing { Err("down") } else { Ok(path.to_owned()) };
        Box::pin(async {
            sleep(ms(10)).await;
            answer
        })
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// So many tasks ask for a file, and note what they get.
fn ask(tasks: usize, network: &Network, trace: &Trace) -> Arc<Cache<Network>> {
    let cache = Arc::new(Cache::new(Client::new(network.clone(), ["mirror"])));
    for number in 0..tasks {
        let (cache, trace) = (cache.clone(), trace.clone());
        TestRuntime::current().spawn_named(format!("reader {number}"), async move {
            let got = cache.get("a").await;
            trace.note(if got.is_ok() { "file" } else { "error" });
        });
    }
    cache
}

#[test]
fn a_file_is_fetched_once_in_whatever_order_three_ask_for_it() {
    let tried = exhaust(10_000, || async {
        let (network, trace) = (Network::default(), Trace::new());
        ask(3, &network, &trace);
        sleep(ms(1000)).await;
        assert_eq!(network.asked.load(Ordering::Relaxed), 1);
        assert_eq!(trace.count("file"), 3);
        assert_eq!(TestRuntime::current().unfinished(), 0, "nobody waits any more");
    });
    assert!(matches!(tried, Exhausted::All { schedules: 10.. }), "{tried:?}");
}

#[test]
fn whoever_waits_for_a_fetch_that_fails_tries_in_its_place() {
    let tried = exhaust(10_000, || async {
        let network = Network { failing: 1, ..Network::default() };
        let trace = Trace::new();
        ask(3, &network, &trace);
        sleep(ms(1000)).await;
        assert_eq!(network.asked.load(Ordering::Relaxed), 2);
        assert_eq!((trace.count("error"), trace.count("file")), (1, 2));
    });
    assert!(matches!(tried, Exhausted::All { .. }), "{tried:?}");
}

#[test]
fn many_readers_get_their_file_in_many_orders() {
    explore(|| async {
        let network = Network { failing: 5, ..Network::default() };
        let trace = Trace::new();
        ask(40, &network, &trace);
        sleep(ms(1000)).await;
        assert_eq!((trace.count("error"), trace.count("file")), (5, 35));
    });
}

#[test]
fn a_fetch_that_is_given_up_is_taken_over_by_who_waits() {
    let trace = Trace::new();
    run(0, async {
        let cache = Cache::new(Client::new(Network::default(), ["mirror"]));
        let first = trace.watch("first", cache.get("a"));
        let second = trace.watch("second", cache.get("a"));
        let both = ringfence_core::gather((timeout(ms(5), first), second)).await;
        assert!(both.0.is_err());
        assert_eq!(&*both.1.unwrap(), "a");
    });
    trace.assert_in_order(["poll first", "drop first", "end second"]);
    trace.assert_never("end first");
}
