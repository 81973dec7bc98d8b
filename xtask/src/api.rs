//! The listing of what is public, by which a change of it is seen.

use crate::{
    build::toolchain,
    features::libraries,
    step::{Done, Verdict, skipped},
};
use public_api::Builder;
use std::path::Path;
use xshell::{Shell, cmd};

/// Compares what each library makes public with `docs/api`; with `RINGFENCE_WRITE`, writes it
/// there.
///
/// By rustdoc, which also sees what macros make; its JSON is for nightly compilers only.
pub(crate) fn api(sh: &Shell) -> Verdict {
    let Some(nightly) = toolchain(sh, "nightly") else {
        return skipped("no nightly toolchain is installed");
    };
    let mut changed = Vec::new();
    for library in libraries(sh)? {
        let name = library.name;
        cmd!(sh, "rustup run {nightly} cargo rustdoc --quiet -p {name} --lib --all-features")
            .args(["--target-dir", "target/api", "--"])
            .args(["-Zunstable-options", "--output-format", "json", "--cap-lints", "allow"])
            .run()?;
        let json = format!("target/api/doc/{}.json", name.replace('-', "_"));
        let builder = Builder::from_rustdoc_json(sh.current_dir().join(json))
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true);
        let listing = match builder.build() {
            Ok(api) => api.to_string(),
            Err(error) => return skipped(format!("the JSON of {nightly} is another: {error}")),
        };
        let path = format!("docs/api/{name}.txt");
        if std::env::var_os("RINGFENCE_WRITE").is_some() {
            sh.write_file(&path, listing)?;
        } else if !is_shown(sh, Path::new(&path), &listing) {
            changed.push(path);
        }
    }
    match changed.is_empty() {
        true => Ok(Done::Passed),
        false => Err(format!(
            "what is public has changed; if that is meant, `RINGFENCE_WRITE=1 cargo xtask api` \
             writes {}",
            changed.join(", ")
        )
        .into()),
    }
}

/// Whether a listing is the one in a file; prints what is not.
fn is_shown(sh: &Shell, path: &Path, listing: &str) -> bool {
    let shown = sh.read_file(path).unwrap_or_default();
    let missing = |of: &str, from: &str, sign: char| {
        let known: std::collections::BTreeSet<_> = from.lines().collect();
        of.lines().filter(|line| !known.contains(line)).for_each(|line| println!("{sign} {line}"));
    };
    missing(&shown, listing, '-');
    missing(listing, &shown, '+');
    shown == listing
}
