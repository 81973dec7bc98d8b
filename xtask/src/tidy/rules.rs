//! The rules of the semantics: each has a test, and each test of a rule has the rule.

use super::{Complaints, marks, source::Source};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::Path,
};
use xshell::Shell;

const SEMANTICS: &str = "docs/semantics.md";

/// Checks that rules and tests know each other.
pub(super) fn check(
    sh: &Shell,
    sources: &[Source],
    complaints: &mut Complaints,
) -> Result<(), Box<dyn Error>> {
    let rules = rules(&sh.read_file(SEMANTICS)?, complaints);
    let marks = marks::collect("rule", sources, complaints);
    for mark in marks.iter().filter(|mark| !rules.contains_key(mark.id)) {
        complaints.add(mark.path, mark.line, format!("{SEMANTICS} has no rule {}", mark.id));
    }
    let tested: BTreeSet<&str> = marks.iter().map(|mark| mark.id).collect();
    for (rule, line) in rules.iter().filter(|(rule, _)| !tested.contains(rule.as_str())) {
        complaints.add(Path::new(SEMANTICS), *line, format!("no test is of {rule}"));
    }
    Ok(())
}

/// Returns the rules with their lines: `- <a id="race-first"></a>` and the name again.
fn rules(semantics: &str, complaints: &mut Complaints) -> BTreeMap<String, usize> {
    let mut rules = BTreeMap::new();
    for (line, text) in semantics.lines().enumerate() {
        let rule = text.strip_prefix("- <a id=\"").and_then(|rest| rest.split_once('"'));
        let Some((rule, rest)) = rule else { continue };
        let mut complain = |what| complaints.add(Path::new(SEMANTICS), line + 1, what);
        if !rest.starts_with(&format!("></a>`{rule}` ")) {
            complain(format!("the rule {rule} is not called by its name"));
        }
        // What a rule comes from, and how it differs.
        if !(rest.contains(" — *") && rest.ends_with('*')) {
            complain(format!("the rule {rule} does not say where it comes from"));
        }
        if rules.insert(rule.to_owned(), line + 1).is_some() {
            complain(format!("the rule {rule} is there twice"));
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(semantics: &str, tests: &str) -> String {
        let sh = Shell::new().unwrap();
        let dir = sh.create_temp_dir().unwrap();
        sh.change_dir(dir.path());
        sh.write_file(SEMANTICS, semantics).unwrap();
        let source = Source::parse("tests/a.rs".into(), tests.to_owned()).unwrap();
        let mut complaints = Complaints::default();
        check(&sh, &[source], &mut complaints).unwrap();
        complaints.0
    }

    const RULE: &str = "- <a id=\"a-b\"></a>`a-b` So it is. — *trio.*\n";
    const TEST: &str = "// rule: a-b\n#[test]\nfn f() {}\n";

    #[test]
    fn a_rule_with_a_test_is_right() {
        assert_eq!(complaints(RULE, TEST), "");
    }

    #[test]
    fn a_rule_without_a_test_and_a_test_without_a_rule_are_refused() {
        assert!(complaints(RULE, "").contains("docs/semantics.md:1: no test is of a-b"));
        assert!(complaints("", TEST).contains("tests/a.rs:1: docs/semantics.md has no rule a-b"));
    }

    #[test]
    fn a_rule_has_its_name_its_source_and_its_place() {
        let nameless = RULE.replace("`a-b` ", "");
        assert!(complaints(&nameless, TEST).contains("is not called by its name"));
        let sourceless = RULE.replace(" — *trio.*", "");
        assert!(complaints(&sourceless, TEST).contains("where it comes from"));
        assert!(complaints(&RULE.repeat(2), TEST).contains("docs/semantics.md:2: the rule a-b"));
    }
}
