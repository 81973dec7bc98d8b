//! The tables, as text or as Markdown.

use comfy_table::{CellAlignment, Table as Grid, presets};

use crate::contender::{BOUND, OURS};
use crate::harness::{Measured, Table};
use crate::targets::judge_all;

/// How tables are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Text,
    Markdown,
}

/// The columns, in their order; a table shows those that it has figures for.
const COLUMNS: [&str; 16] = [
    "FuturesUnordered",
    "join_all",
    "futures::join!",
    "futures-buffered",
    "unicycle",
    "futures-concurrency",
    "moro",
    "moro-local",
    "tokio JoinSet",
    "tokio spawn",
    "smol spawn",
    "async-std spawn",
    "ringfence, smol",
    "ringfence, async-std",
    OURS,
    BOUND,
];

impl Table {
    const ALL: [Self; 7] = [
        Self::Sets,
        Self::Gathers,
        Self::Small,
        Self::Tuples,
        Self::Scopes,
        Self::Parallel,
        Self::Counts,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Sets => "Sets: nanoseconds per child, or per wake",
            Self::Gathers => "Gather: nanoseconds per child",
            Self::Small => "One child and ten: nanoseconds per child",
            Self::Tuples => "Tuples: nanoseconds per wake, or per tuple",
            Self::Scopes => "Scopes: nanoseconds per child, or per scope",
            Self::Parallel => "Children on a runtime of two threads: nanoseconds per child",
            Self::Counts => "Counts: what repeats",
        }
    }
}

/// A figure with as many digits as it deserves.
pub(crate) fn figure(figure: f64) -> String {
    match figure {
        _ if figure.fract() == 0.0 || figure >= 99.95 => count(figure.round() as usize),
        _ if figure >= 9.95 => format!("{figure:.0}"),
        _ if figure >= 0.95 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

/// A whole number, its thousands set apart.
pub(crate) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An empty table with a header; all columns but the first `left` are numbers.
fn grid(style: Style, header: Vec<String>, left: usize) -> Grid {
    let mut grid = Grid::new();
    grid.load_preset(match style {
        Style::Text => presets::NOTHING,
        Style::Markdown => presets::ASCII_MARKDOWN,
    });
    let columns = header.len();
    grid.set_header(header);
    for column in left..columns {
        if let Some(column) = grid.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    grid
}

/// Draws `grid` under its title. Markdown gets its alignment colons, which the crate leaves out.
fn draw(style: Style, title: &str, grid: &Grid, left: usize) -> String {
    match style {
        Style::Text => format!("{title}\n\n{}\n", grid.trim_fmt()),
        Style::Markdown => {
            let drawn = grid.to_string();
            let lines = drawn
                .lines()
                .enumerate()
                .map(|(at, line)| if at == 1 { align(line, left) } else { line.to_owned() });
            format!("**{title}**\n\n{}\n", lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Puts the colon of right alignment into a rule, from column `left` on.
fn align(rule: &str, left: usize) -> String {
    let columns = rule.trim_matches('|').split('|').enumerate().map(|(at, dashes)| {
        if at < left { dashes.to_owned() } else { format!("{}:", &dashes[1..]) }
    });
    format!("|{}|", columns.collect::<Vec<_>>().join("|"))
}

fn table(style: Style, table: Table, rows: &[Measured]) -> Option<String> {
    let rows: Vec<_> = rows.iter().filter(|row| row.table == table).collect();
    let shown = |name: &&&str| rows.iter().any(|row| row.figure(name).is_some());
    let columns: Vec<_> = COLUMNS.iter().filter(shown).collect();
    let header = ["workload", "n"].iter().chain(columns.iter().copied());
    let mut grid = grid(style, header.map(|&name| name.to_owned()).collect(), 1);
    for row in &rows {
        let mut line = vec![row.name.clone(), count(row.n)];
        for &&column in &columns {
            let text = row.figure(column).map_or_else(|| "–".to_owned(), figure);
            let ours = style == Style::Markdown && column == OURS;
            line.push(if ours { format!("**{text}**") } else { text });
        }
        grid.add_row(line);
    }
    (!rows.is_empty()).then(|| draw(style, table.title(), &grid, 1))
}

/// The whole report: the tables, then the targets.
pub(crate) fn report(style: Style, rows: &[Measured]) -> String {
    let mut parts: Vec<_> =
        Table::ALL.into_iter().filter_map(|kind| table(style, kind, rows)).collect();
    let verdicts = judge_all(rows);
    if !verdicts.is_empty() {
        let header = ["workload, n", "ours", "against", "ratio", "must", ""];
        let mut grid = grid(style, header.map(str::to_owned).to_vec(), 1);
        for verdict in &verdicts {
            let met = if verdict.met { "met" } else { "MISSED" };
            let line =
                [&verdict.row, &verdict.ours, &verdict.against, &verdict.ratio, &verdict.must];
            grid.add_row(line.into_iter().map(String::as_str).chain([met]));
        }
        let met = verdicts.iter().filter(|verdict| verdict.met).count();
        let title = format!("Targets: {met} of {} met", verdicts.len());
        parts.push(draw(style, &title, &grid, 1));
    }
    parts.join("\n")
}
