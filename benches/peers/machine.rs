//! On what a run was made: the machine, the compiler, the peers' versions.

use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const LOCK: &str = include_str!("../../Cargo.lock");

const PEERS: [&str; 7] = [
    "futures",
    "futures-buffered",
    "futures-concurrency",
    "moro",
    "moro-local",
    "tokio",
    "unicycle",
];

/// What follows `key` and its sign in the first line of `text` that begins with it.
fn value<'a>(text: &'a str, key: &str, sign: char) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(sign)?.1.trim())
}

fn model() -> Option<String> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    value(&cpus, "model name", ':').map(str::to_owned)
}

fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The version of a peer that this run was built with.
fn version(peer: &str) -> Option<&'static str> {
    let package = LOCK.split("[[package]]").find(|package| {
        value(package, "name", '=').is_some_and(|name| name.trim_matches('"') == peer)
    })?;
    value(package, "version", '=').map(|version| version.trim_matches('"'))
}

/// Nanoseconds of one `step`, the best of some samples.
fn nanoseconds(mut step: impl FnMut()) -> f64 {
    const STEPS: u32 = 10_000;
    let mut sample = || {
        let start = Instant::now();
        (0..STEPS).for_each(|_| step());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(STEPS)
    };
    (0..64).map(|_| sample()).fold(f64::INFINITY, f64::min)
}

/// The two costs that sets differ in most, so that runs on different machines can be compared.
fn prices() -> String {
    let word = AtomicU64::new(0);
    let bits = nanoseconds(|| {
        black_box(&word).fetch_or(1, Ordering::AcqRel);
    });
    let boxed = nanoseconds(|| drop(black_box(Box::new(black_box([0_u64; 8])))));
    format!(
        "an atomic read-modify-write {bits:.1} ns, an allocation with its release {boxed:.0} ns"
    )
}

/// What else runs: on average in the last minute, so many threads wanted a core.
fn load() -> Option<String> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    Some(load.split_whitespace().next()?.to_owned())
}

/// One paragraph; what cannot be told is called unknown.
pub(crate) fn describe() -> String {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let peers = PEERS.map(|peer| format!("{peer} {}", version(peer).unwrap_or("unknown")));
    format!(
        "Cores: {cores}, {}; {}. {} {}, {}. Load before the run: {}. \
        Peers: {}.",
        model().unwrap_or_else(unknown),
        prices(),
        std::env::consts::OS,
        std::env::consts::ARCH,
        rustc().unwrap_or_else(unknown),
        load().unwrap_or_else(unknown),
        peers.join(", ")
    )
}
