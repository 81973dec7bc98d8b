//! Lengths of files, and words that have no place in them.

use super::{
    Complaints,
    source::{Part, Source},
};
use std::path::Path;

/// A file that is longer does two things.
const LONGEST: usize = 400;
/// A file that is longer is about to.
const LONG: usize = 300;

/// Words for no file; in pieces, since this is a file, too.
const NOWHERE: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or open an issue"),
    (concat!("FIX", "ME"), "fix it, or open an issue"),
    (concat!("/ho", "me/"), "the path of a machine"),
    (concat!("/Us", "ers/"), "the path of a machine"),
    (concat!("/ro", "ot/"), "the path of a machine"),
    (concat!("/tm", "p/"), "the path of a machine"),
];

/// Words for no Rust file.
const NOT_IN_RUST: &[(&str, &str)] = &[
    (concat!("#[ign", "ore"), "a test runs, or is deleted"),
    (concat!("```ign", "ore"), "an example compiles, or is not Rust"),
];

/// Names that a test must not use, unless the line before says `// real time: <why>`.
const NOT_IN_TESTS: &[&[&str]] =
    &[&["thread", "sleep"], &["Instant", "now"], &["SystemTime", "now"]];

/// Checks a text file of any kind.
pub(super) fn check_text(path: &Path, text: &str, complaints: &mut Complaints) {
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    // The licences and the lock file are not ours to word.
    if path.starts_with("LICENSE-MIT") || path.starts_with("LICENSE-APACHE") {
        return;
    }
    let words = NOWHERE.iter().chain(if rust { NOT_IN_RUST } else { &[] });
    for (word, why) in words {
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(word));
        lines.for_each(|(line, _)| complaints.add(path, line + 1, format!("`{word}`: {why}")));
    }
    match text.lines().count() {
        lines if rust && lines > LONGEST => {
            complaints.add(path, lines, format!("more than {LONGEST} lines"));
        }
        lines if rust && lines > LONG => {
            println!("warning: {} has {lines} lines, more than {LONG}", path.display());
        }
        _ => {}
    }
}

/// Checks that tests do not depend on the time of day.
pub(super) fn check_source(source: &Source, complaints: &mut Complaints) {
    let lines: Vec<&str> = source.text.lines().collect();
    // Benchmarks measure; this tool reports times.
    let in_tests = source.names.iter().filter(|name| name.part == Part::Test);
    for name in in_tests {
        let real_time = NOT_IN_TESTS.iter().any(|path| name.path.ends_with_path(path));
        // The clock of tokio is one that a test can stop.
        let stoppable = name.path[0] == "tokio";
        let excused = name.line > 1 && lines[name.line - 2].contains("// real time: ");
        if real_time && !stoppable && !excused {
            let what = format!("`{}` in a test: use a virtual clock", name.path.join("::"));
            complaints.add(&source.path, name.line, what);
        }
    }
}

trait EndsWithPath {
    fn ends_with_path(&self, end: &[&str]) -> bool;
}

impl EndsWithPath for Vec<String> {
    fn ends_with_path(&self, end: &[&str]) -> bool {
        self.len() >= end.len() && self[self.len() - end.len()..].iter().eq(end)
    }
}
