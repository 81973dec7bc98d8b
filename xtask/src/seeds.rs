//! The ported cases in many orders.

use crate::step::{Done, Verdict};
use xshell::{Shell, cmd};

/// How many seeds; without one the cases run once more, calmly, among all tests.
const SEEDS: u64 = 20;

/// Runs the ported cases by each seed: with polls for nothing, and alarms in any order.
pub(crate) fn seeds(sh: &Shell) -> Verdict {
    let test = ["test", "--quiet", "-p", "ringfence-tests", "--test", "ported"];
    for seed in 1..=SEEDS {
        let _seed = sh.push_env("RINGFENCE_SEED", seed.to_string());
        let run = cmd!(sh, "cargo {test...}").quiet().ignore_status().output()?;
        if !run.status.success() {
            let report = String::from_utf8_lossy(&run.stdout);
            return Err(format!("with RINGFENCE_SEED={seed}:\n{report}").into());
        }
    }
    Ok(Done::Passed)
}
