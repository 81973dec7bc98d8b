//! Steps that take minutes, or tools that few have; `cargo xtask deep` is all of them.

use crate::{
    build::toolchain,
    step::{Done, Verdict, skipped},
};
use xshell::{Shell, cmd};

/// How long each target is fuzzed.
const SECONDS: u32 = 60;

/// Breeds programs for each target, from those that are kept.
pub(crate) fn fuzz(sh: &Shell) -> Verdict {
    let Some(nightly) = toolchain(sh, "nightly") else {
        return skipped("no nightly toolchain is installed");
    };
    if cmd!(sh, "cargo fuzz --version").quiet().ignore_stderr().read().is_err() {
        return skipped("cargo-fuzz is not installed; fuzz/README.md says how");
    }
    // Programs forget sets and scopes on purpose, and what they forget adds up.
    let _leaks = sh.push_env("ASAN_OPTIONS", "detect_leaks=0");
    let _short = sh.push_env("RUST_BACKTRACE", "0");
    let time = format!("-max_total_time={SECONDS}");
    for target in ["join_set", "scope", "tokens"] {
        let bred = format!("fuzz/corpus/{target}");
        let kept = format!("tests/programs/corpus/{target}");
        sh.create_dir(&bred)?;
        let run = cmd!(sh, "rustup run {nightly} cargo fuzz run {target} {bred} {kept} --")
            .args([&time, "-max_len=400", "-detect_leaks=0", "-rss_limit_mb=8192"])
            .ignore_status()
            .output()?;
        let report = String::from_utf8_lossy(&run.stderr);
        if !run.status.success() {
            return Err(format!("{target}: {report}").into());
        }
        let runs = report.lines().find(|line| line.starts_with("Done "));
        println!("{target}: {}", runs.ok_or("it says nothing of its runs")?);
    }
    Ok(Done::Passed)
}

/// Runs the ported tests under valgrind, which sees what is lost or read before it is written.
pub(crate) fn valgrind(sh: &Shell) -> Verdict {
    if cmd!(sh, "valgrind --version").quiet().ignore_stderr().read().is_err() {
        return skipped("valgrind is not installed");
    }
    let built = cmd!(sh, "cargo test --quiet -p ringfence-tests --test ported --no-run")
        .arg("--message-format=json")
        .read()?;
    let binary = built
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| {
            let is_it = message["target"]["name"] == "ported";
            message["executable"].as_str().filter(|_| is_it).map(str::to_owned)
        });
    let binary = binary.ok_or("cargo names no test binary")?;
    // What the standard library keeps for good is no leak.
    let definite = ["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"];
    cmd!(sh, "valgrind --quiet --leak-check=full --error-exitcode=9 {definite...}")
        .args([&binary, "--test-threads=1", "--quiet"])
        .run()?;
    Ok(Done::Passed)
}

/// Runs the traps on all libraries, and compares what they do with `docs/comparison.md`.
pub(crate) fn comparison(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo run --quiet -p ringfence-comparison -- --check docs/comparison.md").run()?;
    Ok(Done::Passed)
}
