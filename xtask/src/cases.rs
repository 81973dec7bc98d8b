//! The ported cases in many orders, and on a runtime of others.

use crate::step::{Done, Verdict};
use xshell::{Shell, cmd};

/// How many seeds; without one the cases run once more, calmly, among all tests.
const SEEDS: u64 = 20;

/// Runs the ported cases by each seed, with polls for nothing and alarms in any order; and on
/// tokio, whose paused clock they follow.
pub(crate) fn cases(sh: &Shell) -> Verdict {
    for seed in 1..=SEEDS {
        run(sh, "RINGFENCE_SEED", &seed.to_string())?;
    }
    run(sh, "RINGFENCE_EXECUTOR", "tokio")
}

/// Runs them once, and shows their report if one of them fails.
fn run(sh: &Shell, variable: &str, value: &str) -> Verdict {
    let test = ["test", "--quiet", "-p", "ringfence-tests", "--test", "ported"];
    let run = cmd!(sh, "cargo {test...}").env(variable, value).quiet().ignore_status().output()?;
    match run.status.success() {
        true => Ok(Done::Passed),
        false => {
            let report = String::from_utf8_lossy(&run.stdout);
            Err(format!("with {variable}={value}:\n{report}").into())
        }
    }
}
