//! The table, and the document that shows it.

use crate::{
    traps::{LIBRARIES, TRAPS},
    watchdog,
};
use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many cells run at a time: most that hang do so asleep.
const AT_A_TIME: usize = 4;

/// Where the versions are from.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// Runs every cell, and returns the table in Markdown.
pub(crate) fn table() -> io::Result<String> {
    let cells: Vec<_> = TRAPS
        .iter()
        .flat_map(|trap| LIBRARIES.iter().map(move |library| (trap, *library)))
        .collect();
    let said = Mutex::new(vec![String::from("–"); cells.len()]);
    let next = AtomicUsize::new(0);
    let run = || -> io::Result<()> {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((trap, library)) = cells.get(place) else { return Ok(()) };
            if trap.cell(library).is_some() {
                let text = watchdog::run(trap.name, library)?;
                said.lock().expect("nothing panics under the lock")[place] = text;
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(run)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("it does not panic"))
    })?;

    let said = said.into_inner().expect("nothing panics under the lock");
    let head = ["", "what is tried"].map(str::to_owned).into_iter();
    let mut table = line(head.chain(LIBRARIES.iter().map(|library| titled(library))));
    table += &line(vec!["---".to_owned(); LIBRARIES.len() + 2]);
    for (trap, said) in TRAPS.iter().zip(said.chunks(LIBRARIES.len())) {
        let head = [trap.name, trap.title].map(str::to_owned).into_iter();
        table += &line(head.chain(said.iter().cloned()));
    }
    Ok(table)
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

/// A library with its version.
fn titled(library: &str) -> String {
    let what = if library == "tokio" { " `JoinSet`" } else { "" };
    if library == "ringfence" {
        return library.to_owned();
    }
    let start = format!("name = \"{library}\"\nversion = \"");
    let version = LOCK.split(&start).nth(1).and_then(|rest| rest.split('"').next());
    format!("{library} {}{what}", version.expect("it is in the lock file"))
}

/// Where in a document the table is.
const BEGIN: &str =
    "<!-- table: cargo run -p ringfence-comparison -- --write docs/comparison.md -->\n";
const END: &str = "<!-- end of the table -->";

/// A document, in three parts: before the table, the table, and the rest.
pub(crate) fn parts(document: &str) -> Option<[&str; 3]> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (table, after) = rest.split_once(END)?;
    Some([before, table, after])
}

/// The document with another table.
pub(crate) fn with_table([before, _, after]: [&str; 3], table: &str) -> String {
    format!("{before}{BEGIN}{table}{END}{after}")
}
