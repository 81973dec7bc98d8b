//! What must not compile, and what is said of it.
//!
//! To accept what the compiler says now: `TRYBUILD=overwrite cargo test -p ringfence-tests --test
//! ui`, and read the difference.

use std::{
    io::{self, Write},
    process::Command,
};

/// The release whose messages are pinned. Others word them differently.
const PINNED: &str = "rustc 1.95.";

#[test]
fn misuse_does_not_compile_and_is_told_why() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    if !version.starts_with(PINNED) {
        // Past the test harness, which keeps what tests print to itself if they pass.
        let skip =
            format!("SKIP ui: the messages are of {PINNED}x, this is {}\n", version.trim_end());
        io::stderr().write_all(skip.as_bytes()).unwrap();
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
