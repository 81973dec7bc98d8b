//! A rule that does not apply is not passed over in silence.

use std::{env, process::Command};

/// Runs one test of this program, and returns what is on the standard error output.
fn stderr_of(test: &str) -> String {
    let program = env::current_exe().expect("a test is a program");
    let run = Command::new(program).args(["--exact", test]).output().expect("it runs again");
    assert!(run.status.success());
    String::from_utf8(run.stderr).expect("it is text")
}

#[test]
fn a_rule_that_is_skipped_says_so_past_the_test_runner() {
    let said = stderr_of("two_threads::a_job_is_run");
    assert_eq!(said, "SKIP two_threads::a_job_is_run: the host has no pool for blocking jobs\n");
    assert_eq!(stderr_of("thread_per_task::a_job_is_run"), "");
}
