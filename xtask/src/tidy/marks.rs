//! Comments above tests that name what the test is of: `// case: TG-01`, `// rule: race-losers`.

use super::{Complaints, source::Source};
use std::path::Path;

/// Where tests are files that must not compile, and a comment may stand anywhere.
const WHOLE_FILES: &str = "tests/ui";

/// A comment that says of what a test is.
pub(super) struct Mark<'a> {
    pub(super) id: &'a str,
    pub(super) path: &'a Path,
    pub(super) line: usize,
}

/// Returns the marks of a kind in all files; complains of those that stand above no test.
pub(super) fn collect<'a>(
    kind: &str,
    sources: &'a [Source],
    complaints: &mut Complaints,
) -> Vec<Mark<'a>> {
    let lead = format!("// {kind}: ");
    let mut marks = Vec::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().map(str::trim_start).collect();
        for (index, line) in lines.iter().enumerate() {
            let Some(id) = line.strip_prefix(&lead) else { continue };
            let mark = Mark { id: id.trim_end(), path: &source.path, line: index + 1 };
            if !source.path.starts_with(WHOLE_FILES) && !is_above_test(&lines[index..]) {
                complaints.add(mark.path, mark.line, format!("`{line}` stands above no test"));
            }
            marks.push(mark);
        }
    }
    marks
}

/// Whether comments and attributes lead to one of a test.
fn is_above_test(lines: &[&str]) -> bool {
    let above = lines.iter().take_while(|line| line.starts_with("//") || line.starts_with("#["));
    above.into_iter().any(|line| *line == "#[test]" || line.contains("::test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks_of(path: &str, text: &str) -> (Vec<String>, String) {
        let source = Source::parse(path.into(), text.to_owned()).unwrap();
        let mut complaints = Complaints::default();
        let sources = [source];
        let marks = collect("case", &sources, &mut complaints);
        (marks.iter().map(|mark| mark.id.to_owned()).collect(), complaints.0)
    }

    #[test]
    fn a_mark_above_a_test_counts_also_with_comments_between() {
        let text = "// case: AB-01\n// case: AB-02\n// and why\n#[cfg(a)]\n#[test]\nfn f() {}\n";
        let (ids, complaints) = marks_of("tests/a.rs", text);
        assert_eq!((ids.join(" "), complaints.as_str()), ("AB-01 AB-02".to_owned(), ""));
    }

    #[test]
    fn a_mark_above_anything_else_is_refused() {
        for text in ["// case: AB-01\nfn f() {}\n", "// case: AB-01\n\n#[test]\nfn f() {}\n"] {
            assert!(marks_of("tests/a.rs", text).1.contains("tests/a.rs:1: "));
        }
    }

    #[test]
    fn a_file_that_must_not_compile_is_a_test_as_a_whole() {
        assert_eq!(marks_of("tests/ui/a.rs", "// case: AB-01\nfn main() {}\n").1, "");
    }
}
