//! Counting instructions with valgrind's callgrind.

use std::{error::Error, path::Path};
use xshell::{Shell, cmd};

/// Collection begins and ends with the program's function of this name.
const COUNTED: &str = "*ringfence_counts::counted*";

/// Why nothing can be counted on this machine, if so.
pub(super) fn missing(sh: &Shell) -> Option<&'static str> {
    let version = cmd!(sh, "valgrind --version").quiet().ignore_stderr().read();
    version.is_err().then_some("valgrind is not installed")
}

/// Walks a path, and returns how many instructions the program itself took for it.
pub(super) fn instructions(sh: &Shell, program: &Path, path: &str) -> Result<u64, Box<dyn Error>> {
    let profile = program.with_extension("callgrind");
    let run = cmd!(sh, "valgrind --tool=callgrind --compress-strings=no")
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .arg(path)
        .quiet()
        .ignore_status()
        .output()?;
    if !run.status.success() {
        return Err(format!("{path}: {}", String::from_utf8_lossy(&run.stderr)).into());
    }
    let object = program.to_str().ok_or("the program's path is not UTF-8")?;
    match own(&sh.read_file(&profile)?, object)? {
        0 => Err(format!("{path}: callgrind did not find {COUNTED}").into()),
        instructions => Ok(instructions),
    }
}

/// Sums what the functions of `object` took themselves, in a profile without short names.
fn own(profile: &str, object: &str) -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    let (mut within, mut called) = (false, false);
    for line in profile.lines() {
        if let Some(name) = line.strip_prefix("ob=") {
            within = name == object;
        } else if line.starts_with("calls=") {
            // The next line is what the called function took.
            called = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let of_another = std::mem::take(&mut called);
            if within && !of_another {
                let cost = line.split_whitespace().nth(1).ok_or("a line without a cost")?;
                sum += cost.parse::<u64>()?;
            }
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn only_what_the_program_took_itself_counts() {
        let profile = "version: 1\npositions: line\nevents: Ir\n\n\
            ob=/lib/libc.so\nfn=malloc\n0 100\ncfn=brk\ncalls=1 0\n0 9\n\n\
            ob=/target/it\nfn=main\n0 7\ncfn=inner\ncalls=1 0\n+3 50\n+1 5\n\n\
            fn=inner\n* 40\ncob=/lib/libc.so\ncfn=malloc\ncalls=2 0\n0 10\n0 2\n\
            totals: 154\n";
        assert_eq!(own(profile, "/target/it").unwrap(), 54);
        assert_eq!(own(profile, "/target/other").unwrap(), 0);
    }
}
