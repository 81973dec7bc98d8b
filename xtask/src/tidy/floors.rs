//! The floors of `ringfence-core`: imports point down.

use super::{
    Complaints,
    source::{Part, Source},
};
use std::path::Path;

/// The modules of the core, from the ground up. A module uses those below it and, where the
/// verbs are not forbidden to know each other, those beside it.
const FLOORS: &[&[&str]] = &[
    &["memory", "outcome", "rt", "sync"],
    &["cancel", "limiter", "observe", "time"],
    &["engine"],
    &["remote", "parallel"],
    &["join_set"],
    &["gather", "as_completed", "wait", "race", "quorum", "hedge", "concurrent", "scope"],
    &["supervise"],
];

/// The floor of the verbs.
const VERBS: usize = 5;

/// Checks a file, if it is the core's.
pub(super) fn check(source: &Source, complaints: &mut Complaints) {
    let Ok(path) = source.path.strip_prefix("crates/ringfence-core/src") else { return };
    let here = modules_of(path);
    // The crate's root re-exports from all floors.
    let Some(own) = here.first() else { return };
    let Some(floor) = floor_of(own) else {
        complaints.add(&source.path, 1, format!("the module `{own}` is on no floor"));
        return;
    };
    for name in source.names.iter().filter(|name| name.part == Part::Product) {
        let Some(used) = module_used(&name.path, here.len()) else { continue };
        let Some(other) = floor_of(used) else { continue };
        let up = other > floor;
        if used != own && (up || (other == floor && floor == VERBS)) {
            let what = format!("`{own}` (floor {floor}) uses `{used}` (floor {other})");
            complaints.add(&source.path, name.line, what);
        }
    }
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Returns the modules that lead to a file: `scope/with.rs` is `scope`, `with`.
fn modules_of(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod" && name != "lib").collect()
}

/// Returns the module right below the crate's root that `path` names `depth` modules deep.
fn module_used(path: &[String], depth: usize) -> Option<&str> {
    let to_root = match path.first()?.as_str() {
        "crate" => 1,
        "super" => depth,
        _ => return None,
    };
    let up = path.iter().take_while(|name| *name == "super").count();
    let at_root = path[0] == "crate" || up == depth;
    // Only the name itself: a longer path begins with the same modules, and was met before.
    (at_root && path.len() == to_root + 1).then(|| path[to_root].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> String {
        let path = Path::new("crates/ringfence-core/src").join(path);
        let source = Source::parse(path, text.to_owned()).unwrap();
        let mut complaints = Complaints::default();
        check(&source, &mut complaints);
        complaints.0
    }

    #[test]
    fn a_verb_may_use_what_is_below_it() {
        assert_eq!(complaints("race.rs", "use crate::{engine::Drive, outcome::Outcome};"), "");
        assert_eq!(complaints("scope/door.rs", "use super::{Scope, with};"), "");
    }

    #[test]
    fn what_is_below_must_not_use_what_is_above() {
        assert!(complaints("engine/slot.rs", "use crate::gather::Gather;").contains("`gather`"));
        assert!(complaints("engine/slot.rs", "use crate::{rt, scope::x};").contains("`scope`"));
        assert!(
            complaints("outcome/mod.rs", "fn f(_: super::engine::Child) {}").contains("engine")
        );
        assert!(complaints("engine/slot.rs", "use super::super::race;").contains("`race`"));
    }

    #[test]
    fn verbs_must_not_use_each_other() {
        assert!(complaints("race.rs", "use crate::gather::Gather;").contains("`gather`"));
        assert_eq!(complaints("race.rs", "use crate::race::Race;"), "");
    }

    #[test]
    fn tests_may_use_all() {
        assert_eq!(complaints("rt/mod.rs", "#[cfg(test)] mod tests { use crate::scope; }"), "");
    }

    #[test]
    fn a_module_on_no_floor_is_refused() {
        assert!(complaints("helpers.rs", "").contains("on no floor"));
    }
}
