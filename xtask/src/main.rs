//! The checks of ringfence's CI, each a command of its own, and some tools.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

mod api;
mod bench;
mod build;
mod cases;
mod counts;
mod deep;
mod dynamic;
mod features;
mod no_std;
mod size;
mod step;
mod stress;
mod tidy;

use std::process::ExitCode;
use step::{Report, Step, Tool};

/// All steps, in the order of `cargo xtask ci`: what fails quickly comes first.
const STEPS: &[Step] = &[
    Step { name: "fmt", about: "rustfmt has nothing to change", run: build::fmt },
    Step { name: "tidy", about: "rules of the tree that no compiler checks", run: tidy::tidy },
    Step { name: "tree", about: "no runtime in the tree of what names none", run: build::tree },
    Step { name: "deny", about: "licences, sources, and who may use what", run: build::deny },
    Step { name: "clippy", about: "clippy is silent on everything", run: build::clippy },
    Step { name: "docs", about: "rustdoc is silent", run: build::docs },
    Step { name: "api", about: "what is public is what is listed", run: api::api },
    Step { name: "features", about: "each set of features builds", run: features::features },
    Step {
        name: "unification",
        about: "one program, three runtimes, dependents with a feature each",
        run: features::unification,
    },
    Step { name: "no-std", about: "the core links and runs without std", run: no_std::no_std },
    Step {
        name: "examples",
        about: "examples build, and run on each runtime",
        run: build::examples,
    },
    Step {
        name: "cases",
        about: "the ported cases by twenty seeds, and on tokio",
        run: cases::cases,
    },
    Step { name: "counts", about: "instructions and allocations of paths", run: counts::check },
    Step { name: "msrv", about: "the oldest compiler promised", run: build::msrv },
    Step { name: "loom", about: "all interleavings of the core's models", run: dynamic::loom },
    Step { name: "miri", about: "the core's tests under Miri", run: dynamic::miri },
    Step {
        name: "asan",
        about: "the core's and the adapters' tests under AddressSanitizer",
        run: dynamic::asan,
    },
    Step { name: "tsan", about: "the core's tests under ThreadSanitizer", run: dynamic::tsan },
];

/// The steps of `cargo xtask deep`, which take minutes, or what few machines have.
const DEEP: &[Step] = &[
    Step { name: "comparison", about: "docs/comparison.md is what happens", run: deep::comparison },
    Step { name: "valgrind", about: "the ported tests under memcheck", run: deep::valgrind },
    Step { name: "fuzz", about: "a minute of each fuzz target", run: deep::fuzz },
];

/// What is no check: it writes files, needs a quiet machine, or takes longer than CI has.
const TOOLS: &[Tool] = &[
    Tool { name: "bench", about: "[--quick] writes docs/benchmarks", run: bench::bench },
    Tool { name: "size", about: "time to compile the core, and bytes it adds", run: size::size },
    Tool { name: "counts", about: "--bless records what is counted", run: counts::bless },
    Tool {
        name: "stress",
        about: "random children on each runtime, for 10,000 rounds",
        run: stress::stress,
    },
];

/// The tool that is asked for, and its flags.
fn tool(wanted: &[String]) -> Option<(&'static Tool, &[String])> {
    let (name, flags) = wanted.split_first()?;
    let tool = TOOLS.iter().find(|tool| tool.name == name)?;
    // Without flags a name that both have is the step's.
    let step = flags.is_empty() && STEPS.iter().any(|step| step.name == name);
    (!step && flags.iter().all(|flag| flag.starts_with("--"))).then_some((tool, flags))
}

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some((tool, flags)) = tool(&wanted) {
        return tool.use_with(flags);
    }
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
            let tell = |step: &Step| println!("  {:11} {}", step.name, step.about);
            STEPS.iter().for_each(tell);
            println!("\nand of `deep`:");
            DEEP.iter().for_each(tell);
            println!("\ncargo xtask TOOL [--FLAG]...\n\nTools:");
            for tool in TOOLS {
                println!("  {:9} {}", tool.name, tool.about);
            }
            ExitCode::from(2)
        }
    }
}
