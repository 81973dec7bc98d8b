//! Tables, as text or as Markdown.

use comfy_table::{CellAlignment, Table, presets};

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Text,
    Markdown,
}

impl Style {
    pub(crate) fn heading(self, title: &str) -> String {
        match self {
            Self::Text => format!("{title}\n{}\n", "=".repeat(title.chars().count())),
            Self::Markdown => format!("### {title}\n"),
        }
    }

    pub(crate) fn strong(self, text: &str) -> String {
        match self {
            Self::Text => text.to_owned(),
            Self::Markdown => format!("**{text}**"),
        }
    }
}

/// A table in the making.
pub(crate) struct Grid {
    style: Style,
    table: Table,
    /// All columns but so many are numbers.
    left: usize,
}

impl Grid {
    /// An empty table; all columns but the first `left` are numbers.
    pub(crate) fn new(style: Style, header: Vec<String>, left: usize) -> Self {
        let mut table = Table::new();
        table.load_preset(match style {
            Style::Text => presets::NOTHING,
            Style::Markdown => presets::ASCII_MARKDOWN,
        });
        let columns = header.len();
        table.set_header(header);
        for column in left..columns {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { style, table, left }
    }

    pub(crate) fn add(&mut self, line: Vec<String>) {
        self.table.add_row(line);
    }

    /// The table as text. Markdown gets its alignment colons, which the crate leaves out.
    pub(crate) fn draw(&self) -> String {
        match self.style {
            Style::Text => format!("{}\n", self.table.trim_fmt()),
            Style::Markdown => {
                let drawn = self.table.to_string();
                let lines = drawn.lines().enumerate();
                let align = |(at, line): (usize, &str)| match at {
                    1 => align(line, self.left),
                    _ => line.to_owned(),
                };
                format!("{}\n", lines.map(align).collect::<Vec<_>>().join("\n"))
            }
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
