//! The catalogue of behavioural cases: each has a test, or says why not.

use super::{Complaints, marks, source::Source};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::Path,
};
use xshell::Shell;

/// The catalogue: a table with the columns row, sentence and source.
const CATALOGUE: &str = "docs/cases.md";
/// Where rows stand that have no meaning here, behind the anchor [`NONE`].
const SEMANTICS: &str = "docs/semantics.md";
const NONE: &str = "<a id=\"none\">";

/// Checks that each row has a test, or a word on why not, and that each test has a row.
pub(super) fn check(
    sh: &Shell,
    sources: &[Source],
    complaints: &mut Complaints,
) -> Result<(), Box<dyn Error>> {
    let rows = rows(&sh.read_file(CATALOGUE)?, complaints);
    let meaningless = meaningless(&sh.read_file(SEMANTICS)?);
    let marks = marks::collect("case", sources, complaints);
    for mark in marks.iter().filter(|mark| !rows.contains_key(mark.id)) {
        complaints.add(mark.path, mark.line, format!("{CATALOGUE} has no row {}", mark.id));
    }
    let tested: BTreeSet<&str> = marks.iter().map(|mark| mark.id).collect();
    for (row, line) in &rows {
        let what = match (tested.contains(row.as_str()), meaningless.contains(row)) {
            (true, false) | (false, true) => continue,
            (true, true) => format!("{row} has a test, and has no meaning by {SEMANTICS}"),
            (false, false) => format!("{row} has no test, and {SEMANTICS} does not say why"),
        };
        complaints.add(Path::new(CATALOGUE), *line, what);
    }
    for row in meaningless.iter().filter(|row| !rows.contains_key(*row)) {
        complaints.add(Path::new(CATALOGUE), 1, format!("there is no row {row}"));
    }
    Ok(())
}

/// Returns the rows of the catalogue, with their lines.
fn rows(catalogue: &str, complaints: &mut Complaints) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for (line, text) in catalogue.lines().enumerate() {
        let Some(row) = text.strip_prefix("| ").and_then(id_at) else { continue };
        if rows.insert(row.to_owned(), line + 1).is_some() {
            complaints.add(Path::new(CATALOGUE), line + 1, format!("{row} is there twice"));
        }
    }
    rows
}

/// Returns the rows that are named behind the anchor: `- **Why not** (AB-01, AB-02): …`
fn meaningless(semantics: &str) -> BTreeSet<String> {
    let section = semantics.split_once(NONE).map_or("", |(_, section)| section);
    let heads = section.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("- **")?.split_once("** (")?;
        Some(rest.split_once(')')?.0)
    });
    heads.flat_map(|rows| rows.split(", ")).map(str::to_owned).collect()
}

/// Returns the name of a row with which `text` begins: `TG-01`.
fn id_at(text: &str) -> Option<&str> {
    let id = text.get(..5)?;
    let is_id = id.bytes().enumerate().all(|(place, byte)| match place {
        0 | 1 => byte.is_ascii_uppercase(),
        2 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str =
        "| row | what | source |\n|---|---|---|\n| AB-01 | A. | trio |\n| AB-02 | B. | Go |\n";

    fn complaints(catalogue: &str, semantics: &str, tests: &str) -> String {
        let sh = Shell::new().unwrap();
        let dir = sh.create_temp_dir().unwrap();
        sh.change_dir(dir.path());
        sh.write_file(CATALOGUE, catalogue).unwrap();
        sh.write_file(SEMANTICS, semantics).unwrap();
        let source = Source::parse("tests/a.rs".into(), tests.to_owned()).unwrap();
        let mut complaints = Complaints::default();
        check(&sh, &[source], &mut complaints).unwrap();
        complaints.0
    }

    #[test]
    fn a_row_has_a_test_or_no_meaning() {
        let semantics = "AB-09\n<a id=\"none\"></a>\n- **No** (AB-02): none, but AB-01.\n";
        let test = "// case: AB-01\n#[test]\nfn f() {}\n";
        assert_eq!(complaints(ROWS, semantics, test), "");
    }

    #[test]
    fn a_row_without_either_is_missed() {
        let test = "// case: AB-01\n#[test]\nfn f() {}\n";
        assert!(complaints(ROWS, "", test).contains("docs/cases.md:4: AB-02 has no test"));
    }

    #[test]
    fn a_row_with_both_is_a_contradiction() {
        let test = "// case: AB-01\n// case: AB-02\n#[test]\nfn f() {}\n";
        let complaint = complaints(ROWS, "<a id=\"none\"></a>\n- **No** (AB-02)", test);
        assert!(complaint.contains("AB-02 has a test, and has no meaning"), "{complaint}");
    }

    #[test]
    fn a_test_or_a_word_of_a_row_that_is_not_there_is_refused() {
        let test = "// case: AB-01\n// case: AB-07\n#[test]\nfn f() {}\n";
        let complaint = complaints(ROWS, "<a id=\"none\"></a>\n- **No** (AB-02, AB-08)", test);
        assert!(complaint.contains("tests/a.rs:2: docs/cases.md has no row AB-07"), "{complaint}");
        assert!(complaint.contains("there is no row AB-08"), "{complaint}");
    }

    #[test]
    fn a_row_is_there_once() {
        let twice = ROWS.replace("AB-02", "AB-01");
        let test = "// case: AB-01\n#[test]\nfn f() {}\n";
        assert!(complaints(&twice, "", test).contains("docs/cases.md:4: AB-01 is there twice"));
    }
}
