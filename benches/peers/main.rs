//! ringfence beside the other libraries, in one run.
//!
//! `cargo bench -p ringfence-benches -- [--quick] [--markdown] [FILTER…]`; a row runs if its name
//! contains a filter. `docs/benchmarks.md` tells the method and holds the figures.

mod board;
mod child;
mod contender;
mod drive;
mod harness;
mod machine;
mod report;
mod rows;
mod targets;

use std::io::Write;
use std::process::ExitCode;

use harness::Effort;
use report::Style;
use ringfence_benches::alloc::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the command line asks for.
struct Asked {
    effort: Effort,
    style: Style,
    filters: Vec<String>,
}

/// Reads the command line; without cargo's `--bench` (as in `cargo test`) rows run once.
fn asked() -> Result<Asked, String> {
    let mut asked = Asked { effort: Effort::SMOKE, style: Style::Text, filters: Vec::new() };
    let (mut bench, mut quick) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--bench" => bench = true,
            "--quick" => quick = true,
            "--markdown" => asked.style = Style::Markdown,
            flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
            _ => asked.filters.push(argument),
        }
    }
    if bench {
        asked.effort = if quick { Effort::QUICK } else { Effort::FULL };
    }
    Ok(asked)
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("{error}; known are --quick, --markdown and filters by row name");
            return ExitCode::FAILURE;
        }
    };
    let wanted = |row: &harness::Row| {
        let named = asked.filters.iter().any(|filter| row.name.contains(filter.as_str()));
        (asked.filters.is_empty() || named) && row.n <= asked.effort.most_children
    };
    let mut measured = Vec::new();
    for row in rows::all().into_iter().filter(wanted) {
        eprintln!("{}, {}", row.name, report::count(row.n));
        measured.push(row.run(asked.effort));
    }
    let report = format!("{}\n{}", machine::describe(), report::report(asked.style, &measured));
    match std::io::stdout().write_all(report.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
