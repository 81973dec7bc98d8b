//! On what a run was made: the machine, the compiler, the peers' versions.

use std::process::Command;

const LOCK: &str = include_str!("../../Cargo.lock");

const PEERS: [&str; 6] =
    ["futures", "futures-buffered", "futures-concurrency", "moro", "tokio", "unicycle"];

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

/// One paragraph; what cannot be told is called unknown.
pub(crate) fn describe() -> String {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let peers = PEERS.map(|peer| format!("{peer} {}", version(peer).unwrap_or("unknown")));
    format!(
        "Cores: {cores}, {}. {} {}, {}. Peers: {}.\n",
        model().unwrap_or_else(unknown),
        std::env::consts::OS,
        std::env::consts::ARCH,
        rustc().unwrap_or_else(unknown),
        peers.join(", ")
    )
}
