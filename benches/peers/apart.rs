//! Contenders in processes of their own, which are asked for a sample each in turn.
//!
//! An allocator remembers: what a million children of one contender have left behind would be in the
//! figures of the next.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::effort::Effort;
use crate::harness::{Spread, Timing};
use crate::row::{Area, Row};
use crate::rows::AREAS;

/// Which contender of which row, as a process is told.
pub(crate) struct Place {
    area: String,
    workload: String,
    n: usize,
    contender: String,
}

impl Place {
    /// What tells a process that it is at a place, which comes behind it.
    pub(crate) const FLAG: &str = "--at";

    pub(crate) fn new(area: &Area, workload: &str, n: usize, contender: &str) -> Self {
        let [area, workload, contender] = [area.name, workload, contender].map(str::to_owned);
        Self { area, workload, n, contender }
    }

    /// Reads what [`Contender::start`] has written.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let (area, workload) = (words.next()?, words.next()?);
        Some(Self { area, workload, n: words.next()?.parse().ok()?, contender: words.next()? })
    }

    fn words(&self) -> [String; 5] {
        let Self { area, workload, n, contender } = self;
        [Self::FLAG.to_owned(), area.clone(), workload.clone(), n.to_string(), contender.clone()]
    }

    /// Finds the row of the place.
    fn row(&self) -> Option<Row> {
        let area = AREAS.iter().find(|area| area.name == self.area)?;
        let mut rows = (area.rows)().into_iter();
        rows.find(|row| row.workload == self.workload && row.n == self.n)
    }
}

/// The process at a place: warms up, takes a sample for each line that it reads, and tells a spread
/// when there are no more.
pub(crate) fn answer(place: &Place, effort: Effort) -> Result<(), Box<dyn Error>> {
    let row = place.row().ok_or("there is no such row")?;
    let cell = (row.cells)().into_iter().find(|cell| cell.contender == place.contender);
    let mut timing = Timing::new(cell.ok_or("there is no such contender")?, effort);
    let mut answers = io::stdout();
    writeln!(answers)?;
    for line in io::stdin().lines() {
        line?;
        timing.sample(effort);
        writeln!(answers)?;
    }
    let Spread { figure, least, median, most, samples } = timing.finish().1;
    Ok(writeln!(answers, "{figure} {least} {median} {most} {samples}")?)
}

/// A process, as who asks it has it.
pub(crate) struct Contender {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Contender {
    /// Starts a process, and waits until it has warmed up.
    pub(crate) fn start(place: &Place, effort: Effort) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(effort.flags)
            .args(place.words())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = process.stdin.take().ok_or("it was not piped")?;
        let answers = process.stdout.take().ok_or("it was not piped")?;
        let mut contender = Self { process, asks, answers: BufReader::new(answers) };
        contender.hear()?;
        Ok(contender)
    }

    /// Has it take a sample.
    pub(crate) fn sample(&mut self) -> Result<(), Box<dyn Error>> {
        writeln!(self.asks)?;
        self.hear().map(drop)
    }

    /// Ends it.
    pub(crate) fn finish(self) -> Result<Spread, Box<dyn Error>> {
        let Self { mut process, asks, mut answers } = self;
        drop(asks);
        let told = hear(&mut answers)?;
        process.wait()?;
        let figures: Result<Vec<f64>, _> = told.split_whitespace().map(str::parse).collect();
        let [figure, least, median, most, samples] = figures?[..] else {
            return Err(format!("a spread is not {told:?}").into());
        };
        Ok(Spread { figure, least, median, most, samples: samples as usize })
    }

    fn hear(&mut self) -> Result<String, Box<dyn Error>> {
        hear(&mut self.answers)
    }
}

/// Waits for a line.
fn hear(answers: &mut impl BufRead) -> Result<String, Box<dyn Error>> {
    let mut line = String::new();
    match answers.read_line(&mut line)? {
        0 => Err("a contender's process has ended before it was told to".into()),
        _ => Ok(line),
    }
}
