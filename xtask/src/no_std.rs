//! The proof that the core needs no `std`: it builds where there is none, and a program without it
//! links, and runs.

use crate::step::{Done, Verdict};
use std::error::Error;
use xshell::{Shell, cmd};

/// Targets on which there is no `std`, or none to rely on.
const BARE: &[&str] = &["wasm32-unknown-unknown", "thumbv7em-none-eabi"];

pub(crate) fn no_std(sh: &Shell) -> Verdict {
    // What it does without, in a program that has `std` to look at it.
    cmd!(sh, "cargo test --quiet -p ringfence-core --no-default-features --test without_std")
        .run()?;
    let mut skipped = Vec::new();
    let list = cmd!(sh, "rustup target list --installed").quiet().ignore_stderr().read();
    let installed = list.unwrap_or_default();
    for target in BARE {
        if !installed.lines().any(|line| line == *target) {
            skipped.push(format!("{target}: the target is not installed"));
            continue;
        }
        cmd!(sh, "cargo build --quiet -p ringfence-core --no-default-features --target {target}")
            .args(["--target-dir", "target/no_std"])
            .run()?;
    }
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        program(sh)?;
    } else {
        skipped.push("a program: it takes its allocator from glibc".to_owned());
    }
    match skipped.is_empty() {
        true => Ok(Done::Passed),
        false => Ok(Done::PassedBut(skipped)),
    }
}

/// Links and runs a program, and shows that with `std` it would not build.
fn program(sh: &Shell) -> Result<(), Box<dyn Error>> {
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
    Ok(())
}
