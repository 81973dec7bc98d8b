//! The core's paths, one at a time, for a tool that counts instructions.
//!
//! `ringfence-counts` lists the paths, each after its children and its allocations;
//! `ringfence-counts PATH` walks one of them. `cargo xtask counts` runs it under callgrind, which
//! collects within [`counted`] only, so that neither start nor preparation count.

mod children;
mod paths;

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::process::ExitCode;

use paths::{PATHS, Path};
use ringfence_benches::alloc::{Counting, count};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A path that is prepared, to be walked once.
type Work = Box<dyn FnOnce()>;

/// What is counted: callgrind knows it by its name.
#[inline(never)]
fn counted(work: Work) {
    work();
    // Not the last call, lest it be a jump that is never returned from.
    black_box(());
}

impl Path {
    /// Walks the path, after what a thread pays for once.
    fn walk(&self) {
        (0..2).for_each(|_| (self.prepare)()());
        counted((self.prepare)());
    }

    /// What the path allocates, its preparation apart.
    fn allocations(&self) -> usize {
        (0..2).for_each(|_| (self.prepare)()());
        let work = (self.prepare)();
        let ((), tally) = count(|| counted(work));
        tally.allocations
    }
}

/// A line for each path: its children, its allocations, its name.
fn list() -> String {
    let mut list = String::new();
    for path in &PATHS {
        let Path { name, children, .. } = path;
        writeln!(list, "{children},{},{name}", path.allocations()).expect("a string takes all");
    }
    list
}

fn main() -> ExitCode {
    let named = std::env::args().nth(1);
    let Some(name) = named else {
        return match std::io::stdout().write_all(list().as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    };
    let Some(path) = PATHS.iter().find(|path| path.name == name) else {
        eprintln!("no path is called {name}");
        return ExitCode::FAILURE;
    };
    path.walk();
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::{PATHS, list};

    #[test]
    fn every_path_can_be_walked_and_allocates_the_same_each_time() {
        let lists = [list(), list()];
        assert_eq!(lists[0], lists[1]);
        assert_eq!(lists[0].lines().count(), PATHS.len());
    }
}
