//! The checks of ringfence's CI, each a command of its own.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

mod api;
mod build;
mod deep;
mod dynamic;
mod no_std;
mod step;
mod tidy;

use std::process::ExitCode;
use step::{Report, Step};

/// All steps, in the order of `cargo xtask ci`: what fails quickly comes first.
const STEPS: &[Step] = &[
    Step { name: "fmt", about: "rustfmt has nothing to change", run: build::fmt },
    Step { name: "tidy", about: "rules of the tree that no compiler checks", run: tidy::tidy },
    Step { name: "tree", about: "no runtime among the core's dependencies", run: build::tree },
    Step { name: "deny", about: "licences, sources, and who may use what", run: build::deny },
    Step { name: "clippy", about: "clippy is silent on everything", run: build::clippy },
    Step { name: "docs", about: "rustdoc is silent", run: build::docs },
    Step { name: "api", about: "what is public is what is listed", run: api::api },
    Step { name: "features", about: "each feature alone, none, all", run: build::features },
    Step { name: "no-std", about: "the core links and runs without std", run: no_std::no_std },
    Step { name: "examples", about: "examples build, and `tour` runs", run: build::examples },
    Step { name: "msrv", about: "the oldest compiler promised", run: build::msrv },
    Step { name: "loom", about: "all interleavings of the core's models", run: dynamic::loom },
    Step { name: "miri", about: "the core's tests under Miri", run: dynamic::miri },
    Step { name: "asan", about: "the core's tests under AddressSanitizer", run: dynamic::asan },
    Step { name: "tsan", about: "the core's tests under ThreadSanitizer", run: dynamic::tsan },
];

/// The steps of `cargo xtask deep`, which take minutes, or what few machines have.
const DEEP: &[Step] = &[
    Step { name: "comparison", about: "docs/comparison.md is what happens", run: deep::comparison },
    Step { name: "valgrind", about: "the ported tests under memcheck", run: deep::valgrind },
    Step { name: "fuzz", about: "a minute of each fuzz target", run: deep::fuzz },
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let find = |name: &String| STEPS.iter().chain(DEEP).find(|step| step.name == name);
    let steps: Option<Vec<&Step>> = match wanted.as_slice() {
        [all] if all == "ci" => Some(STEPS.iter().collect()),
        [all] if all == "deep" => Some(DEEP.iter().collect()),
        names => names.iter().map(find).collect(),
    };
    match steps {
        Some(steps) if !steps.is_empty() => Report::of(&steps),
        _ => {
            println!("cargo xtask ci | deep | STEP...\n\nSteps of `ci`:");
            let tell = |step: &Step| println!("  {:10} {}", step.name, step.about);
            STEPS.iter().for_each(tell);
            println!("\nand of `deep`:");
            DEEP.iter().for_each(tell);
            ExitCode::from(2)
        }
    }
}
