//! Where `unsafe` may stand, and the register of where it does.

use super::{Complaints, source::Source};
use std::{collections::BTreeMap, error::Error, path::Path};
use xshell::Shell;

/// The register: a table with the columns id, file and number of `unsafe` keywords, and more.
const REGISTER: &str = "docs/unsafe.md";

/// The libraries that deny `unsafe`, and lift that where the register says; the others forbid it.
const DENYING: &[&str] = &["ringfence-core", "ringfence"];

/// Checks that libraries say that they have no `unsafe`, or register where.
pub(super) fn check(
    sh: &Shell,
    sources: &[Source],
    complaints: &mut Complaints,
) -> Result<(), Box<dyn Error>> {
    let rows = match sh.path_exists(REGISTER) {
        true => rows(&sh.read_file(REGISTER)?),
        false => Vec::new(),
    };
    let mut registered: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *registered.entry(&row.file).or_default() += row.keywords;
        if !sources.iter().any(|source| source.path == Path::new(&row.file)) {
            complaints.add(Path::new(REGISTER), row.line, format!("there is no {}", row.file));
        }
    }
    for source in sources {
        let Some(library) = source.library() else { continue };
        check_root(source, library, complaints);
        check_lifts(source, &rows, complaints);
        let keywords = source.names.iter().filter(|name| name.path == ["unsafe"]).count();
        let expected =
            source.path.to_str().and_then(|path| registered.get(path)).copied().unwrap_or(0);
        if keywords != expected {
            let what = format!("`unsafe` {keywords} times, but {expected} in {REGISTER}");
            complaints.add(&source.path, 1, what);
        }
    }
    Ok(())
}

/// A row of the register.
struct Row {
    id: String,
    file: String,
    keywords: usize,
    line: usize,
}

fn rows(register: &str) -> Vec<Row> {
    let row = |(line, text): (usize, &str)| {
        let mut cells =
            text.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('`'));
        let id = cells.next()?;
        id.strip_prefix('U')?.parse::<u32>().ok()?;
        let file = cells.next()?.to_owned();
        let keywords = cells.next()?.parse().ok()?;
        Some(Row { id: id.to_owned(), file, keywords, line: line + 1 })
    };
    register.lines().enumerate().filter_map(row).collect()
}

/// Checks what the root of a library says about `unsafe`.
fn check_root(source: &Source, library: &str, complaints: &mut Complaints) {
    if !source.path.ends_with("src/lib.rs") {
        return;
    }
    let wanted = match DENYING.contains(&library) {
        true => "#![deny(unsafe_code)]",
        false => "#![forbid(unsafe_code)]",
    };
    if !source.text.lines().any(|line| line == wanted) {
        complaints.add(&source.path, 1, format!("must say `{wanted}`"));
    }
}

/// Checks that the lint is lifted only by an `expect` that names a row for that file.
fn check_lifts(source: &Source, rows: &[Row], complaints: &mut Complaints) {
    for lint in source.names.iter().filter(|name| name.path == ["unsafe_code"]) {
        let attribute = attribute_around(&source.text, lint.line);
        let complaint = if attribute.contains("allow(") {
            "`unsafe_code` is lifted with `expect` only".to_owned()
        } else if attribute.contains("expect(") {
            let id = attribute.split_once("docs/unsafe.md, ").map(|(_, rest)| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>()
            });
            let row = id.as_ref().and_then(|id| rows.iter().find(|row| row.id == *id));
            match (id, row) {
                (None, _) => format!("the reason must name a row: `{REGISTER}, U1`"),
                (Some(id), None) => format!("{REGISTER} has no row {id}"),
                (Some(id), Some(row)) if source.path != Path::new(&row.file) => {
                    format!("row {id} of {REGISTER} is about {}", row.file)
                }
                _ => continue,
            }
        } else {
            continue;
        };
        complaints.add(&source.path, lint.line, complaint);
    }
}

/// Returns the attribute that has something in `line`, which is counted from one.
fn attribute_around(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let opens = |line: &&str| line.contains("#[") || line.contains("#![");
    let first = lines[..line].iter().rposition(opens).unwrap_or(line - 1);
    let length = lines[first..].iter().position(|line| line.contains(']')).unwrap_or(0);
    lines[first..=first + length].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Unsafe\n\n| id | file | unsafe | why |\n|---|---|---|---|\n\
        | U1 | `crates/ringfence-core/src/engine/slot.rs` | 2 | speed |\n";

    fn complaints(path: &str, text: &str) -> String {
        let sh = Shell::new().unwrap();
        let dir = sh.create_temp_dir().unwrap();
        sh.change_dir(dir.path());
        sh.write_file(REGISTER, TABLE).unwrap();
        let slot = "unsafe fn f() {} fn g() { unsafe {} }";
        let slot = Source::parse("crates/ringfence-core/src/engine/slot.rs".into(), slot.into());
        let source = Source::parse(path.into(), text.to_owned()).unwrap();
        let mut complaints = Complaints::default();
        check(&sh, &[slot.unwrap(), source], &mut complaints).unwrap();
        complaints.0
    }

    #[test]
    fn unsafe_as_registered_is_right() {
        assert_eq!(complaints("crates/ringfence-core/src/rt/mod.rs", "fn f() {}"), "");
    }

    #[test]
    fn unsafe_that_is_not_registered_is_refused() {
        let complaint = complaints("crates/ringfence-core/src/rt/mod.rs", "fn f() { unsafe {} }");
        assert!(complaint.contains("`unsafe` 1 times, but 0"), "{complaint}");
    }

    #[test]
    fn a_lift_names_a_row_for_its_file() {
        let path = "crates/ringfence-core/src/rt/mod.rs";
        let lift = |reason: &str| format!("#[expect(unsafe_code, reason = \"{reason}\")]\nmod a;");
        assert!(complaints(path, &lift("speed")).contains("must name a row"));
        assert!(complaints(path, &lift("docs/unsafe.md, U9")).contains("no row U9"));
        assert!(complaints(path, &lift("docs/unsafe.md, U1")).contains("is about crates"));
        let long = "#[expect(\n    unsafe_code,\n    reason = \"docs/unsafe.md, U9\"\n)]\nmod a;";
        assert!(complaints(path, long).contains("no row U9"));
        assert!(complaints(path, "#[allow(unsafe_code)]\nmod a;").contains("`expect` only"));
    }

    #[test]
    fn the_root_of_a_library_forbids_it_and_the_cores_denies_it() {
        let forbids = "#![forbid(unsafe_code)]\n";
        assert_eq!(complaints("crates/ringfence-tokio/src/lib.rs", forbids), "");
        assert!(complaints("crates/ringfence-tokio/src/lib.rs", "").contains("must say"));
        assert!(complaints("crates/ringfence-core/src/lib.rs", forbids).contains("deny"));
    }
}
