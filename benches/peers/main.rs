//! ringfence beside the other libraries, in one run.
//!
//! `docs/benchmarks.md` tells the method and holds the figures; `rows/mod.rs` says how to add some.

mod apart;
mod asked;
mod board;
mod chart;
mod child;
mod columns;
mod contender;
mod csv;
mod drive;
mod effort;
mod grid;
mod harness;
mod machine;
mod reasons;
mod report;
mod row;
mod rows;
mod steps;
mod targets;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use asked::{Asked, USAGE};
use ringfence_benches::alloc::Counting;
use row::{Area, Section};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Measures the rows of an area that are wanted.
fn measure(area: &Area, asked: &Asked) -> Result<Section, Box<dyn Error>> {
    let mut section = Section { name: area.name, title: area.title, rows: Vec::new() };
    for row in (area.rows)().into_iter().filter(|row| asked.wants(area, row)) {
        let begun = Instant::now();
        eprint!("{}, {} ", row.workload, report::count(row.n));
        section.rows.push(row.run(area, asked.effort)?);
        eprintln!("({:.1} s)", begun.elapsed().as_secs_f64());
    }
    Ok(section)
}

/// Runs what is asked for, and writes all that is made of it.
fn run(asked: &Asked) -> Result<(), Box<dyn Error>> {
    if let Some(place) = &asked.at {
        return apart::answer(place, asked.effort);
    }
    let begun = Instant::now();
    let machine = machine::describe();
    let sections = rows::AREAS.iter().map(|area| measure(area, asked));
    let mut sections = sections.collect::<Result<Vec<_>, _>>()?;
    sections.retain(|section| !section.rows.is_empty());
    eprintln!("all in {:.0} s", begun.elapsed().as_secs_f64());
    if let Some(path) = &asked.csv {
        csv::write(path, &sections)?;
    }
    if let Some(folder) = &asked.svg {
        std::fs::create_dir_all(folder)?;
        for section in &sections {
            chart::write(&folder.join(section.name).with_extension("svg"), section)?;
        }
    }
    let charts = asked.svg.as_deref().and_then(|folder| folder.file_name()?.to_str());
    let report = report::report(asked.style, asked.effort, &machine, &sections, charts);
    Ok(std::io::stdout().write_all(report.as_bytes())?)
}

fn main() -> ExitCode {
    let asked = match Asked::read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("{error}; known are {USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match run(&asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
