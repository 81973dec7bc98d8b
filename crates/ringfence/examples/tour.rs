//! A tour of ringfence: one library that picks no runtime, on every executor at hand.
//!
//! Servers on the loopback interface answer late, wrongly, in part or never. A small client
//! (`tour/client.rs`) fetches from them, several pages at a time, by one verb after the other
//! (`tour/stops.rs`): that is where to read on. Then a small server (`tour/service.rs`), which picks
//! no runtime either, serves that client from a scope, and shuts down in good order
//! (`tour/serving.rs`). The same code runs on each executor, and what comes must be the same on all,
//! down to which requests were cancelled.
//!
//! ```console
//! $ cargo run --release -p ringfence --example tour                  # on the embedded executor
//! $ cargo run --release -p ringfence --example tour --all-features   # and on those of others
//! ```
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

#[path = "tour/client.rs"]
mod client;
#[path = "tour/dialogue.rs"]
mod dialogue;
#[path = "tour/executors.rs"]
mod executors;
#[path = "tour/http.rs"]
mod http;
#[path = "tour/network.rs"]
mod network;
#[path = "tour/record.rs"]
mod record;
#[path = "tour/scenario.rs"]
mod scenario;
#[path = "tour/server.rs"]
mod server;
#[path = "tour/service.rs"]
mod service;
#[path = "tour/serving.rs"]
mod serving;
#[path = "tour/site.rs"]
mod site;
#[path = "tour/stops.rs"]
mod stops;

use executors::Executor;
use record::Record;
use site::Site;
use std::{error::Error, process::ExitCode};

/// What comes of the tour, wherever it is walked.
const EXPECTED: &str = include_str!("tour/expected.txt");

fn main() -> ExitCode {
    match tour() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn tour() -> Result<(), Box<dyn Error>> {
    let mut first: Option<(&str, String)> = None;
    for executor in executors::ALL {
        let came = walk(executor)?;
        match &first {
            None => first = Some((executor.name, came)),
            Some((name, reference)) => compare(name, reference, executor.name, &came)?,
        }
    }
    if let Some((name, came)) = first {
        compare("tour/expected.txt", EXPECTED, name, &came)?;
    }
    match executors::ALL {
        [alone] => println!("as expected on {}; more with --all-features", alone.name),
        all => println!("all {} executors agree", all.len()),
    }
    Ok(())
}

/// Walks the tour on one executor, shows what came, and returns it without the times.
fn walk(executor: &Executor) -> Result<String, Box<dyn Error>> {
    let site = Site::open(scenario::SCRIPTS)?;
    let records = (executor.walk)(site.map());
    println!("{}\n{}", executor.name, record::table(&records));

    // The servers end when no connection is open: what was cancelled has left nothing behind.
    let seen = site.close()?;
    let at_once = seen.most_in_flight["shelf"];
    println!(
        "the servers saw {} clients hang up, and at most {at_once} requests at once on `shelf`\n",
        seen.hung_up
    );
    assert!(at_once <= 3, "`.limit(3)` was passed: {at_once} requests at once");
    let cancelled = records.iter().map(Record::cancelled).sum::<usize>();
    assert_eq!(seen.hung_up, cancelled, "each fetch that was cancelled has closed its connection");
    Ok(records.iter().map(Record::to_string).collect())
}

/// Finds the first line where two tours differ.
fn compare(name: &str, came: &str, other: &str, other_came: &str) -> Result<(), String> {
    let mut lines = came.lines().zip(other_came.lines()).filter(|(ours, theirs)| ours != theirs);
    match lines.next() {
        Some((ours, theirs)) => {
            Err(format!("not the same:\n  {ours}    ({name})\n  {theirs}    ({other})"))
        }
        None if came.lines().count() != other_came.lines().count() => {
            Err(format!("of {name} and {other}, one goes on where the other ends"))
        }
        None => Ok(()),
    }
}
