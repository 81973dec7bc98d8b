//! Steps about features: that each set of them builds, and that none takes anything away.

use crate::step::{Done, Verdict};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};
use xshell::{Shell, cmd};

/// Lints each library with each set of its features.
///
/// Clippy rather than `check`, since it can be told to fail on a warning of ours only.
pub(crate) fn features(sh: &Shell) -> Verdict {
    for Package { name, features, .. } in libraries(sh)? {
        let sets = sets(&features);
        println!("{name}: {} sets of features", sets.len());
        for set in sets {
            cmd!(sh, "cargo clippy --quiet -p {name} --no-default-features --features {set}")
                .args(["--", "-D", "warnings"])
                .quiet()
                .run()
                .map_err(|error| format!("{name} with the features `{set}`: {error}"))?;
        }
    }
    Ok(Done::Passed)
}

/// The package of one program with all runtimes, and with dependents that enable some of them.
const UNIFICATION: &str = "unification";

/// Tests that a feature more changes nothing for those who do not need it.
///
/// The same tests run with each set of dependents and of what they enable.
pub(crate) fn unification(sh: &Shell) -> Verdict {
    let program = packages(sh)?.into_iter().find(|package| package.name == UNIFICATION);
    for set in sets(&program.ok_or("there is no package `unification`")?.features) {
        cmd!(sh, "cargo test --quiet -p {UNIFICATION} --no-default-features --features {set}")
            .run()?;
    }
    Ok(Done::Passed)
}

/// The features of a package, each with what it enables.
type Features = BTreeMap<String, Vec<String>>;

/// Returns each set of features that differs from the others in what it enables.
fn sets(features: &Features) -> BTreeSet<String> {
    let names: Vec<&str> = features.keys().map(String::as_str).collect();
    let mut sets = BTreeSet::from([BTreeSet::new()]);
    for name in names.iter().filter(|name| **name != "default") {
        let enabled = enabled(features, &names, name);
        let more: Vec<_> = sets.iter().map(|set| set | &enabled).collect();
        sets.extend(more);
    }
    sets.iter().map(|set| set.iter().copied().collect::<Vec<_>>().join(",")).collect()
}

/// Returns `feature`, and those of `names` that it enables.
fn enabled<'a>(features: &Features, names: &[&'a str], feature: &str) -> BTreeSet<&'a str> {
    let Some(&name) = names.iter().find(|name| **name == feature) else {
        // It is one of a dependency.
        return BTreeSet::new();
    };
    let others = features[name].iter().flat_map(|other| enabled(features, names, other));
    others.chain([name]).collect()
}

/// A package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    features: Features,
    /// Whether it may be published.
    public: bool,
}

/// Returns the packages that are published.
pub(crate) fn libraries(sh: &Shell) -> Result<Vec<Package>, Box<dyn Error>> {
    let mut packages = packages(sh)?;
    packages.retain(|package| package.public);
    Ok(packages)
}

fn packages(sh: &Shell) -> Result<Vec<Package>, Box<dyn Error>> {
    let text = cmd!(sh, "cargo metadata --no-deps --format-version 1").quiet().read()?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let package = |package: &Value| {
        Ok(Package {
            name: package["name"].as_str().ok_or("a package without a name")?.to_owned(),
            features: serde_json::from_value(package["features"].clone())?,
            // `publish` is an empty list where publishing is forbidden.
            public: package["publish"].is_null(),
        })
    };
    packages.iter().map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(list: &[(&str, &[&str])]) -> Features {
        let owned = |(name, enabled): &(&str, &[&str])| {
            (name.to_string(), enabled.iter().map(|other| other.to_string()).collect())
        };
        list.iter().map(owned).collect()
    }

    #[test]
    fn there_is_a_set_for_each_choice() {
        let sets = sets(&features(&[("a", &[]), ("b", &["dep:c"]), ("default", &["a"])]));
        assert_eq!(sets.into_iter().collect::<Vec<_>>(), ["", "a", "a,b", "b"]);
    }

    #[test]
    fn what_a_feature_enables_is_in_every_set_with_it() {
        let sets = sets(&features(&[("std", &["core/std"]), ("tokio", &["std", "dep:tokio"])]));
        assert_eq!(sets.into_iter().collect::<Vec<_>>(), ["", "std", "std,tokio"]);
    }

    #[test]
    fn a_package_without_features_has_one_set() {
        assert_eq!(sets(&Features::new()).len(), 1);
    }
}
