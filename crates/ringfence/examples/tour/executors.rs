//! The same tour on each executor. No other file of the tour but `network.rs` names one.

use super::{network, record::Record, site::Map, stops};

/// An executor, and how to walk the tour on it.
pub(crate) struct Executor {
    pub(crate) name: &'static str,
    pub(crate) walk: fn(Map) -> Vec<Record>,
}

/// The embedded executor, and those whose features are on.
pub(crate) const ALL: &[Executor] = &[
    Executor { name: "embedded, ringfence::block_on", walk: embedded },
    #[cfg(feature = "tokio")]
    Executor { name: "tokio, multi-thread", walk: tokio },
    #[cfg(feature = "async-std")]
    Executor { name: "async-std", walk: async_std },
    #[cfg(feature = "smol")]
    Executor { name: "smol", walk: smol },
];

fn embedded(map: Map) -> Vec<Record> {
    ringfence::block_on(stops::walk(network::AsyncIo, map))
}

#[cfg(feature = "tokio")]
fn tokio(map: Map) -> Vec<Record> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().expect("threads for a runtime");
    // As a task, so that it moves between the threads.
    let tour = runtime.spawn(stops::walk(network::Tokio, map));
    runtime.block_on(tour).expect("the tour does not panic")
}

#[cfg(feature = "async-std")]
fn async_std(map: Map) -> Vec<Record> {
    let tour = async_std::task::spawn(stops::walk(network::AsyncStd, map));
    async_std::task::block_on(tour)
}

#[cfg(feature = "smol")]
fn smol(map: Map) -> Vec<Record> {
    // smol cannot tell that code runs inside it, so it is named.
    let tour = stops::walk(network::AsyncIo, map);
    smol::block_on(smol::spawn(ringfence::rt::with_runtime(ringfence::Smol, tour)))
}
