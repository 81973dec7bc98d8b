//! Stress on each runtime, for longer than the tests have time for.

use crate::step::{Done, Verdict};
use xshell::{Shell, cmd};

/// The packages of the runtimes.
pub(crate) const ADAPTERS: [&str; 3] = ["ringfence-tokio", "ringfence-async-std", "ringfence-smol"];

/// How many rounds there are on each runtime, unless the same variable says so here.
const ROUNDS: (&str, &str) = ("RINGFENCE_STRESS_ROUNDS", "10000");

/// Makes the rounds, and prints for each runtime what was met in them, and how long it took.
pub(crate) fn stress(sh: &Shell, flags: &[String]) -> Verdict {
    if !flags.is_empty() {
        return Err("cargo xtask stress has no flags".into());
    }
    let (variable, rounds) = ROUNDS;
    let rounds = sh.var(variable).unwrap_or_else(|_| rounds.to_owned());
    // The last rule of the conformance suite, which these run.
    for package in ADAPTERS.into_iter().chain(["ringfence-test"]) {
        // One after the other: they share the machine as it is.
        let test =
            ["-p", package, "--test", "conformance", "--", "--nocapture", "--test-threads=1"];
        let run = cmd!(sh, "cargo test --quiet {test...} ::stress").env(variable, &rounds);
        let run = run.quiet().ignore_status().output()?;
        let said = String::from_utf8_lossy(&run.stdout);
        if !run.status.success() {
            let why = String::from_utf8_lossy(&run.stderr);
            return Err(format!("on {package}:\n{said}{why}").into());
        }
        let lines: Vec<&str> = said.lines().filter_map(told).collect();
        if lines.is_empty() {
            return Err(format!("{package} has no stress").into());
        }
        lines.iter().for_each(|line| println!("{package}: {line}"));
    }
    Ok(Done::Passed)
}

/// What a line tells of stress, behind what the test runner has written there.
fn told(line: &str) -> Option<&str> {
    line.find("STRESS ").map(|at| &line[at..])
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn what_is_told_of_stress_is_found_behind_the_test_runners_dots() {
        assert_eq!(told("..STRESS multi_thread: 1 rounds"), Some("STRESS multi_thread: 1 rounds"));
        assert_eq!(told("test result: ok."), None);
    }
}
