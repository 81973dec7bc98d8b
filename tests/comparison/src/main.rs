//! The traps, run on ringfence and on other libraries.
//!
//! `cargo run -p ringfence-comparison` runs every cell in a process of its own, and prints the table
//! that `docs/comparison.md` shows: so a hang, an abort and a crash are results like any other.
//! `--check FILE` compares it with that in a document,
//! and `--write FILE` puts it there. With the names of a trap and of a library it runs one cell here.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what this prints is what it is for")]

mod said;
mod sets;
mod table;
mod traps;
mod watchdog;

use ringfence_benches::alloc::Counting;
use std::{error::Error, fs, process::ExitCode};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    match arguments {
        [] => print!("{}", table::table()?),
        ["--check", path] => {
            let document = fs::read_to_string(path)?;
            let [_, shown, _] = table::parts(&document).ok_or("the document has no table")?;
            let table = table::table()?;
            let lines = shown.lines().zip(table.lines()).filter(|(shown, is)| shown != is);
            lines.for_each(|(shown, is)| println!("- {shown}\n+ {is}"));
            if shown != table {
                return Err(format!("{path} shows another table").into());
            }
        }
        ["--write", path] => {
            let document = fs::read_to_string(path)?;
            let parts = table::parts(&document).ok_or("the document has no table")?;
            fs::write(path, table::with_table(parts, &table::table()?))?;
        }
        [trap, library] => {
            let cell = traps::cell(trap, library).ok_or("there is no such cell")?;
            println!("{}{}", watchdog::SAYS, cell());
        }
        _ => return Err("comparison [--check FILE | --write FILE | TRAP LIBRARY]".into()),
    }
    Ok(())
}
