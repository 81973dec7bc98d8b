//! What was counted when somebody said that it was right.

use super::Compiler;
use std::error::Error;
use xshell::Shell;

/// Kept with the paths. A line for each path and compiler, one compiler for each target.
const FILE: &str = "benches/counts/recorded.csv";

const HEADER: [&str; 6] = ["rustc", "target", "path", "children", "instructions", "allocations"];

/// What was counted on one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) path: String,
    /// Among how many the instructions are shared.
    pub(super) children: usize,
    pub(super) instructions: u64,
    pub(super) allocations: usize,
}

/// The file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    lines: Vec<(Compiler, Counts)>,
}

impl Record {
    /// Reads the file; if there is none, nothing is recorded.
    pub(super) fn read(sh: &Shell) -> Result<Self, Box<dyn Error>> {
        if sh.path_exists(FILE) { Self::parse(&sh.read_file(FILE)?) } else { Ok(Self::default()) }
    }

    pub(super) fn write(&self, sh: &Shell) -> Result<(), Box<dyn Error>> {
        Ok(sh.write_file(FILE, self.to_text()?)?)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let mut lines = Vec::new();
        for line in csv::Reader::from_reader(text.as_bytes()).records() {
            let line = line?;
            let value = |at: usize| line.get(at).unwrap_or_default().to_owned();
            let compiler = Compiler { version: value(0), target: value(1) };
            let counts = Counts {
                path: value(2),
                children: value(3).parse()?,
                instructions: value(4).parse()?,
                allocations: value(5).parse()?,
            };
            lines.push((compiler, counts));
        }
        Ok(Self { lines })
    }

    fn to_text(&self) -> Result<String, Box<dyn Error>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER)?;
        for (compiler, counts) in &self.lines {
            let numbers = [
                counts.children.to_string(),
                counts.instructions.to_string(),
                counts.allocations.to_string(),
            ];
            let names = [&compiler.version, &compiler.target, &counts.path];
            writer.write_record(names.into_iter().chain(&numbers))?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }

    /// What is recorded for a compiler.
    pub(super) fn of(&self, compiler: &Compiler) -> Vec<Counts> {
        let lines = self.lines.iter().filter(|(recorded, _)| recorded == compiler);
        lines.map(|(_, counts)| counts.clone()).collect()
    }

    /// The compilers that something is recorded for.
    pub(super) fn compilers(&self) -> Vec<String> {
        let name = |(compiler, _): &(Compiler, Counts)| {
            format!("rustc {} on {}", compiler.version, compiler.target)
        };
        let mut names: Vec<_> = self.lines.iter().map(name).collect();
        names.dedup();
        names
    }

    /// The record with other counts for the compiler's target.
    pub(super) fn with(mut self, compiler: Compiler, counts: Vec<Counts>) -> Self {
        self.lines.retain(|(recorded, _)| recorded.target != compiler.target);
        self.lines.extend(counts.into_iter().map(|counts| (compiler.clone(), counts)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Compiler, Counts, Record};

    fn compiler(version: &str, target: &str) -> Compiler {
        Compiler { version: version.into(), target: target.into() }
    }

    fn counts(instructions: u64) -> Vec<Counts> {
        vec![Counts { path: "a, b".into(), children: 10, instructions, allocations: 2 }]
    }

    #[test]
    fn what_is_written_can_be_read() {
        let record = Record::default().with(compiler("1", "x"), counts(5));
        let text = record.to_text().unwrap();
        assert_eq!(Record::parse(&text).unwrap(), record);
    }

    #[test]
    fn another_compiler_replaces_that_of_its_target_only() {
        let record = Record::default().with(compiler("1", "x"), counts(5));
        let record = record.with(compiler("1", "y"), counts(6)).with(compiler("2", "x"), counts(7));
        assert_eq!(record.of(&compiler("1", "x")), []);
        assert_eq!(record.of(&compiler("2", "x")), counts(7));
        assert_eq!(record.compilers(), ["rustc 1 on y", "rustc 2 on x"]);
    }
}
