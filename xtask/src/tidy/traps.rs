//! The numbered traps: each has a test that says so.

use super::{Complaints, source::Source};
use std::{collections::BTreeSet, path::Path};

/// How many there are; `docs/comparison.md` lists them.
const TRAPS: u32 = 25;

/// Those of what the library does not have yet: streams.
const NOT_YET: &[u32] = &[13];

/// What stands above a test of a trap, before its number.
const TAG: &str = concat!("// trap", ": T");

/// Checks that there is a test for each.
pub(super) fn check(sources: &[Source], complaints: &mut Complaints) {
    let lines = sources.iter().flat_map(|source| source.text.lines());
    let tagged: BTreeSet<u32> = lines
        .filter_map(|line| line.trim_start().strip_prefix(TAG))
        .filter_map(|number| number.trim_end().parse().ok())
        .collect();
    for trap in (1..=TRAPS).filter(|trap| !tagged.contains(trap) && !NOT_YET.contains(trap)) {
        complaints.add(Path::new("tests/it/traps"), 1, format!("no test says `{TAG}{trap}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_without_a_test_is_missed() {
        let text: String = (1..TRAPS).map(|trap| format!("  {TAG}{trap}\n")).collect();
        let source = |text| Source::parse("tests/it/traps/a.rs".into(), text).unwrap();
        let mut complaints = Complaints::default();
        check(&[source(text.clone())], &mut complaints);
        assert_eq!(complaints.0.lines().count(), 1);
        let mut complaints = Complaints::default();
        check(&[source(format!("{text}{TAG}{TRAPS}"))], &mut complaints);
        assert_eq!(complaints.0, "");
    }
}
