//! Running steps, and reporting on them.

use std::{
    error::Error,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};
use xshell::Shell;

/// One check.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Shell) -> Verdict,
}

/// Something to do that is no check.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Shell, &[String]) -> Verdict,
}

impl Tool {
    /// Runs the tool, and prints what became of it.
    pub(crate) fn use_with(&self, flags: &[String]) -> ExitCode {
        match shell().and_then(|shell| (self.run)(&shell, flags)) {
            Ok(Done::Passed) => return ExitCode::SUCCESS,
            Ok(Done::PassedBut(skipped)) => {
                skipped.iter().for_each(|why| println!("SKIP part of {}: {why}", self.name));
                return ExitCode::SUCCESS;
            }
            Ok(Done::Skipped(why)) => println!("SKIP {}: {why}", self.name),
            Err(error) => println!("FAIL {}: {error}", self.name),
        }
        ExitCode::FAILURE
    }
}

/// A shell in the root of the repository.
fn shell() -> Result<Shell, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the root");
    let shell = Shell::new()?;
    shell.change_dir(root);
    // What is not installed stays so: a check never downloads a toolchain.
    shell.set_var("RUSTUP_AUTO_INSTALL", "0");
    Ok(shell)
}

/// How a step ended, if nothing is wrong; what is wrong otherwise.
pub(crate) type Verdict = Result<Done, Box<dyn Error>>;

/// A step that found nothing wrong.
pub(crate) enum Done {
    Passed,
    /// It could not look at these parts, each with a reason, which is none to fail.
    PassedBut(Vec<String>),
    /// It could not look, for this reason, which is none to fail.
    Skipped(String),
}

/// Ends a step that this machine cannot run.
pub(crate) fn skipped(why: impl Into<String>) -> Verdict {
    Ok(Done::Skipped(why.into()))
}

/// The outcome of a run, step by step.
pub(crate) struct Report {
    lines: Vec<String>,
    failed: usize,
}

impl Report {
    /// Runs `steps` in order, all of them whatever fails, and prints what became of each.
    pub(crate) fn of(steps: &[&Step]) -> ExitCode {
        let mut report = Self { lines: Vec::new(), failed: 0 };
        for step in steps {
            println!("\n== {}: {}", step.name, step.about);
            let start = Instant::now();
            let verdict = shell().and_then(|shell| (step.run)(&shell));
            report.add(step.name, start.elapsed(), verdict);
        }
        println!("\n== summary");
        report.lines.iter().for_each(|line| println!("{line}"));
        if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn add(&mut self, name: &str, took: Duration, verdict: Verdict) {
        let seconds = took.as_secs_f64();
        let passed = format!("PASS {name} ({seconds:.1} s)");
        let line = match verdict {
            Ok(Done::Passed) => passed,
            Ok(Done::PassedBut(skipped)) => {
                let skipped = skipped.iter().map(|part| format!("\nSKIP part of {name}: {part}"));
                passed + &skipped.collect::<String>()
            }
            Ok(Done::Skipped(why)) => format!("SKIP {name}: {why}"),
            Err(error) => {
                println!("{error}");
                self.failed += 1;
                format!("FAIL {name} ({seconds:.1} s)")
            }
        };
        println!("{line}");
        self.lines.push(line);
    }
}
