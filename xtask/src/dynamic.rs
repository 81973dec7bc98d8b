//! Steps that run tests, most of them the core's, under a tool that sees what a plain run does not.

use crate::{
    build::toolchain,
    step::{Done, Verdict, skipped},
    stress::ADAPTERS,
};
use std::path::Path;
use xshell::{Cmd, Shell, cmd};

/// Runs the models: tests of the core in modules called `models`, built with `ringfence_loom`.
///
/// The cfg is a private one, since other crates in the tree react to plain `loom`.
pub(crate) fn loom(sh: &Shell) -> Verdict {
    let models = cmd!(sh, "git grep --untracked -l -F loom::model -- crates/ringfence-core");
    if models.quiet().ignore_status().read()?.is_empty() {
        return skipped("the core has no models yet");
    }
    let _flags = sh.push_env("RUSTFLAGS", "--cfg ringfence_loom");
    let _bound = sh.push_env("LOOM_MAX_PREEMPTIONS", "3");
    let run = cmd!(sh, "cargo test --quiet -p ringfence-core --lib --release").args([
        "--target-dir",
        "target/loom",
        "models::",
    ]);
    report(run, "no model ran: they must be in modules called `models`")
}

pub(crate) fn miri(sh: &Shell) -> Verdict {
    let Some(nightly) = toolchain(sh, "nightly") else { return skipped(NO_NIGHTLY) };
    if cmd!(sh, "rustup run {nightly} cargo miri --version").quiet().ignore_stderr().read().is_err()
    {
        return skipped("the nightly toolchain has no component miri");
    }
    if !has_std_source(sh, &nightly) {
        return skipped(NO_SOURCE);
    }
    // The thread of `futures-timer` is never joined, which Miri reports as a leak. What leaks
    // otherwise is found by AddressSanitizer's leak check.
    let _flags = sh.push_env("MIRIFLAGS", "-Zmiri-ignore-leaks");
    let run = cmd!(sh, "rustup run {nightly} cargo miri test --quiet -p ringfence-core").args([
        "--lib",
        "--tests",
        "--target-dir",
        "target/miri",
    ]);
    report(run, "no test ran")
}

/// With the adapters' tests, for children on many threads: those who drop each other there may keep
/// each other for ever, which the leak check sees.
pub(crate) fn asan(sh: &Shell) -> Verdict {
    sanitize(sh, "address", &ADAPTERS.map(|adapter| ["-p", adapter]).concat())
}

/// `std` must be built with it, too: otherwise its locks are not seen, and all is a race.
pub(crate) fn tsan(sh: &Shell) -> Verdict {
    match toolchain(sh, "nightly") {
        Some(nightly) if !has_std_source(sh, &nightly) => skipped(NO_SOURCE),
        _ => sanitize(sh, "thread", &["-Zbuild-std"]),
    }
}

const NO_NIGHTLY: &str = "no nightly toolchain is installed";
const NO_SOURCE: &str = "the nightly toolchain has no component rust-src";

/// Where the sanitizers are known to work.
const HOST: &str = "x86_64-unknown-linux-gnu";

fn sanitize(sh: &Shell, sanitizer: &str, flags: &[&str]) -> Verdict {
    let Some(nightly) = toolchain(sh, "nightly") else { return skipped(NO_NIGHTLY) };
    if !nightly.ends_with(HOST) {
        return skipped(format!("{nightly} is not for {HOST}"));
    }
    let _flags = sh.push_env("RUSTFLAGS", format!("-Zsanitizer={sanitizer}"));
    let target_dir = format!("target/{sanitizer}-sanitizer");
    // With `--target`, since build scripts and macros are not to be sanitized.
    let run = cmd!(sh, "rustup run {nightly} cargo test --quiet -p ringfence-core --lib --tests")
        .args(["--target", HOST, "--target-dir", &target_dir])
        .args(flags);
    report(run, "no test ran")
}

/// Runs tests and prints their report; `none` is what is wrong if there were none.
fn report(tests: Cmd<'_>, none: &str) -> Verdict {
    let run = tests.ignore_status().output()?;
    let report = String::from_utf8_lossy(&run.stdout);
    println!("{report}{}", String::from_utf8_lossy(&run.stderr));
    match run.status.success() {
        true if any_passed(&report) => Ok(Done::Passed),
        true => Err(none.into()),
        false => Err("the tests failed".into()),
    }
}

/// Whether the report of a test run counts a test that passed: a run of none proves nothing.
fn any_passed(report: &str) -> bool {
    let results = report.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.into_iter().any(|counts| !counts.starts_with("0 passed"))
}

fn has_std_source(sh: &Shell, toolchain: &str) -> bool {
    let sysroot = cmd!(sh, "rustup run {toolchain} rustc --print sysroot").quiet().read();
    sysroot.is_ok_and(|root| Path::new(&root).join("lib/rustlib/src/rust/library").is_dir())
}

#[cfg(test)]
mod tests {
    use super::any_passed;

    #[test]
    fn a_report_of_no_tests_counts_none() {
        let none = "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 4 filtered out\n";
        assert!(!any_passed(none));
        assert!(!any_passed(""));
        assert!(any_passed(&format!("{none}\ntest result: ok. 10 passed; 0 failed\n")));
    }
}
