//! Steps that the compiler, clippy and rustdoc do.

use crate::{
    features::libraries,
    step::{Done, Verdict, skipped},
};
use xshell::{Shell, cmd};

pub(crate) fn fmt(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo fmt --all --check").run()?;
    for apart in ["tests/no_std", "benches/size"] {
        cmd!(sh, "cargo fmt --manifest-path {apart}/Cargo.toml --check").run()?;
    }
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

/// What no build of the core may contain, nor one of a library that embeds it.
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "async-executor", "async-io", "mio"];

/// What must name no runtime: the core, whatever is asked of it; the façade, unless it is asked to;
/// and the library of the example `embedded_library`.
const WITHOUT_RUNTIME: &[(&str, &str)] = &[
    ("ringfence-core", "--no-default-features"),
    ("ringfence-core", "--all-features"),
    ("ringfence", "--no-default-features"),
    ("ringfence", "--features=std"),
    ("larder", "--all-features"),
];

pub(crate) fn tree(sh: &Shell) -> Verdict {
    for (library, features) in WITHOUT_RUNTIME {
        let tree = cmd!(sh, "cargo tree -p {library} -e normal --prefix none {features}").read()?;
        for package in tree.lines().filter_map(|line| line.split_whitespace().next()) {
            if RUNTIMES.contains(&package) {
                return Err(format!("{library} {features} depends on {package}").into());
            }
        }
    }
    Ok(Done::Passed)
}

pub(crate) fn examples(sh: &Shell) -> Verdict {
    cmd!(sh, "cargo build --quiet --workspace --examples --all-features").run()?;
    // On its embedded executor alone, as who enables nothing has it, and on all.
    for features in [&[][..], &["--all-features"]] {
        cmd!(sh, "cargo run --quiet -p ringfence --example tour {features...}").run()?;
    }
    // One library, three applications: each compares what comes with the same file.
    for runtime in ["tokio", "smol", "async-std"] {
        cmd!(
            sh,
            "cargo run --quiet -p embedded_library --no-default-features --features {runtime}"
        )
        .run()?;
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
    let Some(toolchain) = toolchain(sh, version) else {
        return skipped(format!("no toolchain {version} is installed"));
    };
    for library in libraries(sh)? {
        let name = library.name;
        cmd!(sh, "rustup run {toolchain} cargo check --quiet -p {name} --all-features")
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
