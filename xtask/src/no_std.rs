//! The proof that the core needs no `std`: a program without it links, and runs.

use crate::step::{Done, Verdict, skipped};
use xshell::{Shell, cmd};

pub(crate) fn no_std(sh: &Shell) -> Verdict {
    // What it does without, in a program that has `std` to look at it.
    cmd!(sh, "cargo test --quiet -p ringfence-core --no-default-features --test without_std")
        .run()?;
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return skipped("the program takes its allocator from glibc");
    }
    let _dir = sh.push_dir("tests/no_std");
    let build = || cmd!(sh, "cargo build --quiet --target-dir ../../target/no_std");
    build().run()?;
    cmd!(sh, "../../target/no_std/debug/no_std").run()?;
    // A program with `std` has two panic handlers: that it does not build shows that the build
    // above was without.
    let control = build().args(["--features", "std"]).quiet().ignore_status().output()?;
    let error = String::from_utf8_lossy(&control.stderr);
    if control.status.success() || !error.contains("panic_impl") {
        return Err(format!("with `std`, the program should not build: {error}").into());
    }
    Ok(Done::Passed)
}
