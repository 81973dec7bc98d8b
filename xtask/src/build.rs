//! Steps that the compiler, clippy and rustdoc do.

use crate::step::{Done, Verdict, skipped};
use serde_json::Value;
use xshell::{Shell, cmd};

pub(crate) fn fmt(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo fmt --all --check").run()?;
    cmd!(sh, "cargo fmt --manifest-path tests/no_std/Cargo.toml --check").run()?;
    Ok(Done::Passed)
}

pub(crate) fn clippy(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings")
        .run()?;
    Ok(Done::Passed)
}

pub(crate) fn docs(sh: &Shell) -> Verdict {
    let _flags = sh.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(sh, "cargo doc --quiet --workspace --no-deps --all-features").run()?;
    Ok(Done::Passed)
}

/// What no build of the core may contain.
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "async-executor", "async-io", "mio"];

pub(crate) fn tree(sh: &Shell) -> Verdict {
    for features in [&["--no-default-features"][..], &["--all-features"]] {
        let tree = cmd!(sh, "cargo tree -p ringfence-core -e normal --prefix none {features...}")
            .read()?;
        for package in tree.lines().filter_map(|line| line.split_whitespace().next()) {
            if RUNTIMES.contains(&package) {
                return Err(format!("ringfence-core {features:?} depends on {package}").into());
            }
        }
    }
    Ok(Done::Passed)
}

/// Lints each library with no feature, with each feature alone, and with all.
///
/// Clippy rather than `check`, since it can be told to fail on a warning of ours only.
pub(crate) fn features(sh: &Shell) -> Verdict {
    for library in libraries(sh)? {
        let name = &library.name;
        let lint = |features: &[&str]| {
            cmd!(sh, "cargo clippy --quiet -p {name} {features...} -- -D warnings").run()
        };
        lint(&["--no-default-features"])?;
        for feature in &library.features {
            lint(&["--no-default-features", "--features", feature])?;
        }
        lint(&["--all-features"])?;
    }
    Ok(Done::Passed)
}

pub(crate) struct Library {
    pub(crate) name: String,
    features: Vec<String>,
}

/// Returns the packages that are published.
pub(crate) fn libraries(sh: &Shell) -> Result<Vec<Library>, Box<dyn std::error::Error>> {
    let text = cmd!(sh, "cargo metadata --no-deps --format-version 1").quiet().read()?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    // `publish` is an empty list where publishing is forbidden.
    let published = packages.iter().filter(|package| package["publish"].is_null());
    let library = |package: &Value| {
        let name = package["name"].as_str()?.to_owned();
        let features = package["features"].as_object()?.keys();
        let features = features.filter(|feature| *feature != "default").cloned().collect();
        Some(Library { name, features })
    };
    published.map(|package| library(package).ok_or_else(|| "not a package".into())).collect()
}

/// Licences, sources, and who may use which crate, as `deny.toml` says.
pub(crate) fn deny(sh: &Shell) -> Verdict {
    if cmd!(sh, "cargo deny --version").quiet().ignore_stderr().read().is_err() {
        return skipped("cargo-deny is not installed");
    }
    cmd!(sh, "cargo deny --all-features check licenses bans sources").run()?;
    Ok(Done::Passed)
}

pub(crate) fn examples(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo build --quiet --workspace --examples --all-features").run()?;
    // On its embedded executor alone, as who enables nothing has it, and on all.
    for features in [&[][..], &["--all-features"]] {
        cmd!(sh, "cargo run --quiet -p ringfence --example tour {features...}").run()?;
    }
    Ok(Done::Passed)
}

pub(crate) fn msrv(sh: &Shell) -> Verdict {
    let manifest = sh.read_file("Cargo.toml")?;
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .ok_or("Cargo.toml has no rust-version")?
        .trim_matches('"');
    // A compiler by itself will do: the cargo of the day drives it.
    let named = std::env::var("RINGFENCE_MSRV_RUSTC").ok();
    let driver: Vec<String> = match (named, toolchain(sh, version)) {
        (Some(rustc), _) => {
            let says = cmd!(sh, "{rustc} --version").quiet().read()?;
            if !says.starts_with(&format!("rustc {version}.")) {
                return Err(format!("RINGFENCE_MSRV_RUSTC is {says}, and not {version}").into());
            }
            sh.set_var("RUSTC", rustc);
            Vec::new()
        }
        (None, Some(toolchain)) => ["rustup", "run", &toolchain].map(str::to_owned).to_vec(),
        (None, None) => {
            return skipped(format!(
                "no toolchain {version} is installed, and RINGFENCE_MSRV_RUSTC names no rustc"
            ));
        }
    };
    for library in libraries(sh)? {
        let name = library.name;
        let cargo = driver.iter().map(String::as_str).chain(["cargo"]).collect::<Vec<_>>();
        let [program, rest @ ..] = cargo.as_slice() else { unreachable!("it has `cargo`") };
        cmd!(sh, "{program} {rest...} check --quiet -p {name} --all-features")
            .args(["--target-dir", "target/msrv"])
            .run()?;
    }
    Ok(Done::Passed)
}

/// Returns the installed toolchain whose name begins with `prefix`.
pub(crate) fn toolchain(sh: &Shell, prefix: &str) -> Option<String> {
    let list = cmd!(sh, "rustup toolchain list").quiet().ignore_stderr().read().ok()?;
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.into_iter().find(|name| name.starts_with(prefix)).map(str::to_owned)
}
