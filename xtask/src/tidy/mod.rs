//! Rules of the tree that no compiler checks.

mod cases;
mod floors;
mod marks;
mod rules;
mod source;
mod unsafety;
mod words;

use crate::step::{Done, Verdict};
use source::Source;
use std::{fmt::Write as _, path::PathBuf};
use xshell::{Shell, cmd};

pub(crate) fn tidy(sh: &Shell) -> Verdict {
    let mut complaints = Complaints::default();
    // Also what is new and not yet added; not what is ignored, nor what is deleted.
    let paths = cmd!(sh, "git ls-files --cached --others --exclude-standard").quiet().read()?;
    let mut sources = Vec::new();
    for path in paths.lines().map(PathBuf::from).filter(|path| sh.path_exists(path)) {
        // What is not text has no lines to look at.
        let Ok(text) = sh.read_file(&path) else { continue };
        words::check_text(&path, &text, &mut complaints);
        if path.extension().is_some_and(|extension| extension == "rs") {
            match Source::parse(path.clone(), text) {
                Ok(source) => sources.push(source),
                Err(error) => complaints.add(&path, 1, format!("not Rust: {error}")),
            }
        }
    }
    for source in &sources {
        words::check_source(source, &mut complaints);
        floors::check(source, &mut complaints);
    }
    unsafety::check(sh, &sources, &mut complaints)?;
    cases::check(sh, &sources, &mut complaints)?;
    rules::check(sh, &sources, &mut complaints)?;
    complaints.into_verdict()
}

/// What is wrong, and where.
#[derive(Default)]
struct Complaints(String);

impl Complaints {
    fn add(&mut self, path: &std::path::Path, line: usize, what: impl std::fmt::Display) {
        writeln!(self.0, "{}:{line}: {what}", path.display()).expect("a string takes all");
    }

    fn into_verdict(self) -> Verdict {
        if self.0.is_empty() { Ok(Done::Passed) } else { Err(self.0.into()) }
    }
}
