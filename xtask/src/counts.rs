//! Instructions and allocations of the core's paths, which repeat, beside what was recorded.
//!
//! What the C library does is not counted: it depends on the system, and on the processor.

mod callgrind;
mod record;

use crate::step::{Done, Verdict, skipped};
use record::{Counts, Record};
use std::{error::Error, fmt};
use xshell::{Shell, cmd};

/// How many more instructions are no regression, in hundredths.
const TOLERANCE: u64 = 5;

/// The program that walks the paths.
const PACKAGE: &str = "ringfence-counts";

/// Fails if a path has become dearer than recorded.
pub(crate) fn check(sh: &Shell) -> Verdict {
    if let Some(why) = callgrind::missing(sh) {
        return skipped(why);
    }
    let compiler = Compiler::of(sh)?;
    let record = Record::read(sh)?;
    let recorded = record.of(&compiler);
    if recorded.is_empty() {
        let known = record.compilers().join("; ");
        let Compiler { version, target } = compiler;
        return skipped(format!(
            "nothing is recorded for rustc {version} on {target}, but for {known}: \
             what another compiler makes cannot be compared, `cargo xtask counts --bless` records it"
        ));
    }
    compare(&count(sh)?, &recorded)
}

/// Records what is counted.
pub(crate) fn bless(sh: &Shell, flags: &[String]) -> Verdict {
    if flags != ["--bless"] {
        return Err("cargo xtask counts [--bless]".into());
    }
    if let Some(why) = callgrind::missing(sh) {
        return skipped(why);
    }
    let compiler = Compiler::of(sh)?;
    let record = Record::read(sh)?;
    let counted = count(sh)?;
    // To be seen; what is dearer is meant to be.
    if let Err(dearer) = compare(&counted, &record.of(&compiler)) {
        println!("{dearer}");
    }
    record.with(compiler, counted).write(sh)?;
    Ok(Done::Passed)
}

/// What decides about instructions besides the source.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiler {
    version: String,
    target: String,
}

impl Compiler {
    /// The compiler in use.
    fn of(sh: &Shell) -> Result<Self, Box<dyn Error>> {
        let text = cmd!(sh, "rustc --version --verbose").quiet().read()?;
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.map(str::to_owned).ok_or_else(|| format!("rustc does not tell its {key}"))
        };
        Ok(Self { version: value("rustc ")?, target: value("host: ")? })
    }
}

/// Counts all paths, in their order.
fn count(sh: &Shell) -> Result<Vec<Counts>, Box<dyn Error>> {
    cmd!(sh, "cargo build --quiet --profile counts -p {PACKAGE} --target-dir target").run()?;
    let program = sh.current_dir().join("target/counts").join(PACKAGE);
    let list = cmd!(sh, "{program}").quiet().read()?;
    list.lines()
        .map(|line| {
            let mut values = line.splitn(3, ',');
            let mut value = || values.next().ok_or_else(|| format!("{PACKAGE} lists {line:?}"));
            let (children, allocations, path) = (value()?, value()?, value()?);
            Ok(Counts {
                path: path.to_owned(),
                children: children.parse()?,
                instructions: callgrind::instructions(sh, &program, path)?,
                allocations: allocations.parse()?,
            })
        })
        .collect()
}

/// Prints what was counted beside what is recorded, and fails if a path has become dearer.
fn compare(counted: &[Counts], recorded: &[Counts]) -> Verdict {
    println!("{:32} {:>12} {:>10} {:>11}", "path", "instructions", "per child", "allocations");
    let mut dearer = Vec::new();
    let mut cheaper = false;
    for now in counted {
        let was = recorded.iter().find(|was| was.path == now.path);
        let change = Change::between(was, now);
        let Counts { path, instructions, allocations, .. } = now;
        let per_child = *instructions as f64 / now.children as f64;
        println!("{path:32} {instructions:>12} {per_child:>10.1} {allocations:>11}  {change}");
        cheaper |= matches!(change, Change::Cheaper(_));
        if !change.may_pass() {
            dearer.push(format!("{path}: {change}"));
        }
    }
    for gone in recorded.iter().filter(|was| counted.iter().all(|now| now.path != was.path)) {
        dearer.push(format!("{}: recorded, but no path any more", gone.path));
    }
    if cheaper {
        println!("\nsome paths have become cheaper: `cargo xtask counts --bless` records it");
    }
    if dearer.is_empty() {
        return Ok(Done::Passed);
    }
    let hint = "if that is meant, `cargo xtask counts --bless` records it";
    Err(format!("{}\n{hint}", dearer.join("\n")).into())
}

/// How a path's counts differ from the recorded ones.
#[derive(Debug, PartialEq)]
enum Change {
    /// By so many hundredths, which is within the tolerance.
    Little(f64),
    Cheaper(f64),
    Dearer(f64),
    /// So many more are made than before, however few.
    MoreAllocations(usize),
    New,
}

impl Change {
    fn between(was: Option<&Counts>, now: &Counts) -> Self {
        let Some(was) = was else { return Self::New };
        let change = (now.instructions as f64 / was.instructions as f64 - 1.0) * 100.0;
        let hundredths = |counts: &Counts, of: u64| counts.instructions * of;
        match change {
            _ if now.allocations > was.allocations => {
                Self::MoreAllocations(now.allocations - was.allocations)
            }
            _ if hundredths(now, 100) > hundredths(was, 100 + TOLERANCE) => Self::Dearer(change),
            _ if hundredths(now, 100) < hundredths(was, 100 - TOLERANCE) => Self::Cheaper(change),
            _ if now.allocations < was.allocations => Self::Cheaper(change),
            _ => Self::Little(change),
        }
    }

    fn may_pass(&self) -> bool {
        matches!(self, Self::Little(_) | Self::Cheaper(_))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Little(change) => write!(f, "{change:+.1} %"),
            Self::Cheaper(change) => write!(f, "{change:+.1} %, cheaper"),
            Self::Dearer(change) => write!(f, "{change:+.1} % instructions, DEARER"),
            Self::MoreAllocations(more) => write!(f, "{more} allocations more, DEARER"),
            Self::New => f.write_str("not recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Counts, compare};

    fn counts(instructions: u64, allocations: usize) -> Counts {
        Counts { path: "set".into(), children: 10, instructions, allocations }
    }

    fn change(instructions: u64, allocations: usize) -> Change {
        Change::between(Some(&counts(1_000, 4)), &counts(instructions, allocations))
    }

    #[test]
    fn a_path_may_become_dearer_by_a_twentieth() {
        assert!(change(1_050, 4).may_pass());
        assert_eq!(change(1_100, 4).to_string(), "+10.0 % instructions, DEARER");
        assert!(!change(1_051, 4).may_pass());
    }

    #[test]
    fn one_allocation_more_is_too_many() {
        assert_eq!(change(500, 5), Change::MoreAllocations(1));
        assert!(!change(500, 5).may_pass());
    }

    #[test]
    fn what_is_cheaper_passes() {
        assert!(matches!(change(1_000, 3), Change::Cheaper(_)));
        assert!(matches!(change(900, 4), Change::Cheaper(_)));
        assert!(change(900, 4).may_pass());
    }

    #[test]
    fn paths_must_be_those_recorded() {
        let [set, gone] = [counts(1, 1), Counts { path: "gone".into(), ..counts(1, 1) }];
        let one = || counts(1, 1);
        assert!(compare(&[one()], &[set]).is_ok());
        assert!(compare(&[one()], &[]).is_err());
        assert!(compare(&[one()], &[one(), gone]).is_err());
    }
}
