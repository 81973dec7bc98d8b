//! How long the core takes to compile, and what it adds to a program.

use crate::step::{Done, Verdict, skipped};
use std::{collections::BTreeMap, error::Error, fs, path::Path, time::Instant};
use xshell::{Shell, cmd};

/// The package of the small programs.
const FOLDER: &str = "benches/size";
/// Apart from other builds, since it begins cold.
const TARGET: &str = "target/size";

/// The programs; the first is what the others are compared with.
const PROGRAMS: [&str; 4] = ["empty", "gather", "scope", "both"];
/// The program whose functions are shown.
const LARGEST: &str = "both";
/// How many of them.
const FUNCTIONS: usize = 20;

/// Builds the programs, and prints how long that took and how large they are.
pub(crate) fn size(sh: &Shell, flags: &[String]) -> Verdict {
    if !flags.is_empty() {
        return Err("cargo xtask size".into());
    }
    if cmd!(sh, "size --version").quiet().ignore_stderr().read().is_err() {
        return skipped("binutils are not installed");
    }
    let seconds = compile(sh)?;
    let cores = std::thread::available_parallelism()?;
    println!("a program with the core, cold, for development: {seconds:.1} s on {cores} cores\n");
    measure(sh)?;
    symbols(sh)?;
    Ok(Done::Passed)
}

/// Builds a program with the core and what it depends on, for development; returns the seconds.
fn compile(sh: &Shell) -> Result<f64, Box<dyn Error>> {
    // Not what is to be measured.
    cmd!(sh, "cargo fetch --quiet --manifest-path {FOLDER}/Cargo.toml").run()?;
    sh.remove_path(TARGET)?;
    let start = Instant::now();
    cmd!(sh, "cargo build --quiet --manifest-path {FOLDER}/Cargo.toml --target-dir {TARGET}")
        .args(["--bin", LARGEST])
        .run()?;
    Ok(start.elapsed().as_secs_f64())
}

/// Builds all programs for release, and prints what each is larger than the empty one.
fn measure(sh: &Shell) -> Result<(), Box<dyn Error>> {
    cmd!(sh, "cargo build --quiet --release --bins --manifest-path {FOLDER}/Cargo.toml")
        .args(["--target-dir", TARGET])
        .run()?;
    println!("{:8} {:>10} {:>10} {:>10} {:>10}", "program", "stripped", "more", "text", "more");
    let mut empty = None;
    for program in PROGRAMS {
        let built = Path::new(TARGET).join("release").join(program);
        let stripped = built.with_extension("stripped");
        // It must do what it says before its size means anything.
        cmd!(sh, "{built}").quiet().run()?;
        cmd!(sh, "strip -o {stripped} {built}").quiet().run()?;
        let bytes = i64::try_from(fs::metadata(sh.current_dir().join(&stripped))?.len())?;
        let text = text(&cmd!(sh, "size --format=sysv {stripped}").quiet().read()?)?;
        let (bytes_of_empty, text_of_empty) = *empty.get_or_insert((bytes, text));
        let (more, more_text) = (bytes - bytes_of_empty, text - text_of_empty);
        println!("{program:8} {bytes:>10} {more:>10} {text:>10} {more_text:>10}");
    }
    Ok(())
}

/// The size of the section with the code, as `size` tells it.
fn text(sections: &str) -> Result<i64, Box<dyn Error>> {
    let section = sections.lines().find_map(|line| line.strip_prefix(".text "));
    let size = section.and_then(|rest| rest.split_whitespace().next());
    Ok(size.ok_or("the program has no section `.text`")?.parse()?)
}

/// Prints the largest functions of the largest program that the empty one has not.
///
/// Those of one name are one line: a generic function, once for each type.
fn symbols(sh: &Shell) -> Result<(), Box<dyn Error>> {
    let of = |program: &str| -> Result<BTreeMap<String, Vec<u64>>, Box<dyn Error>> {
        let built = Path::new(TARGET).join("release").join(program);
        let list = cmd!(sh, "nm --print-size --demangle --radix=d {built}").quiet().read()?;
        Ok(functions(&list))
    };
    let (empty, all) = (of(PROGRAMS[0])?, of(LARGEST)?);
    let added = all.into_iter().filter(|(name, _)| !empty.contains_key(name));
    let mut added: Vec<_> = added.map(|(name, sizes)| (sizes.iter().sum(), sizes, name)).collect();
    added.sort_unstable_by(|a, b| b.cmp(a));
    let sum: u64 = added.iter().map(|(sum, ..)| sum).sum();
    println!("\nthe largest of {} functions of `{LARGEST}` that are new:", added.len());
    println!("{:>7} {:>6} of {sum} bytes", "bytes", "copies");
    for (bytes, sizes, name) in added.iter().take(FUNCTIONS) {
        println!("{bytes:>7} {:>6} {name}", sizes.len());
    }
    Ok(())
}

/// The functions in a list of `nm`, each with the sizes of its copies.
fn functions(list: &str) -> BTreeMap<String, Vec<u64>> {
    let mut functions: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in list.lines() {
        // An address, a size, a letter for the kind, and a name, which may have spaces.
        let fields: Vec<_> = line.splitn(4, ' ').collect();
        if let [_, size, "t" | "T" | "w" | "W", name] = fields[..] {
            if let Ok(size) = size.parse() {
                functions.entry(name.to_owned()).or_default().push(size);
            }
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::{functions, text};

    #[test]
    fn copies_of_a_function_are_counted_together() {
        let list = "0010 0005 t core::sort\n0020 0007 T core::sort\n0030 0002 d A\n     U free\n\
            0040 0009 t <A as B<C, D>>::e\n";
        let found = functions(list);
        assert_eq!(found["core::sort"], [5, 7]);
        assert_eq!(found["<A as B<C, D>>::e"], [9]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_section_with_the_code_is_found() {
        let sections = "it  :\nsection   size   addr\n.textual 1 2\n.text  4660  4096\n.data 1 2\n";
        assert_eq!(text(sections).unwrap(), 4660);
        assert!(text("it  :\n").is_err());
    }
}
