//! A chart for each area: a panel for each workload, a line for each contender.

mod axis;
mod panel;

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::columns::{Column, shown};
use crate::contender::OURS;
use crate::row::Section;

/// What draws.
type Backend<'a> = SVGBackend<'a>;

/// What is drawn on.
type Canvas<'a> = DrawingArea<Backend<'a>, Shift>;

type Drawn = Result<(), Box<dyn Error>>;

/// Pixels of a panel, and of what is above the panels.
const PANEL: (u32, u32) = (480, 350);
const HEAD: u32 = 74;
const LEGEND_LINE: i32 = 22;

/// What all is written in.
const FONT: &str = "Helvetica, Arial, sans-serif";

/// The colour of what is written, on white: readable in a light page and in a dark one.
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);

impl Column {
    fn rgb(self) -> RGBColor {
        let (red, green, blue) = self.colour;
        RGBColor(red, green, blue)
    }

    /// Ours stands out.
    fn width(self) -> u32 {
        if self.name == OURS { 4 } else { 2 }
    }
}

/// Draws the chart of `section` into the file at `path`.
pub(crate) fn write(path: &Path, section: &Section) -> Drawn {
    let workloads = section.workloads();
    let columns = shown(|name| section.rows.iter().any(|row| row.figure(name).is_some()));
    let across = if workloads.len() == 1 { 1 } else { 2 };
    let down = workloads.len().div_ceil(across);
    // A panel that is alone has the width of two.
    let width = PANEL.0 * 2;
    let legend = Legend::new(&columns, width as i32);
    let head = HEAD + legend.height();
    let height = head + PANEL.1 * down as u32;
    let root = SVGBackend::new(path, (width, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let (top, bottom) = root.split_vertically(head);
    let title = (FONT, 24).into_font().style(FontStyle::Bold).color(&INK);
    top.draw(&Text::new(section.title, (16, 14), title))?;
    let about = (FONT, 16).into_font().color(&INK);
    top.draw(&Text::new("Lower is better. Both axes are logarithmic.", (16, 43), about))?;
    legend.draw(&top)?;
    for (canvas, (workload, rows)) in bottom.split_evenly((down, across)).iter().zip(&workloads) {
        panel::draw(canvas, workload, rows, &columns)?;
    }
    Ok(root.present()?)
}

/// Which line is whose, and where that is said.
struct Legend {
    entries: Vec<(Column, (i32, i32))>,
}

impl Legend {
    /// Puts the names side by side, in as many lines as the width asks for.
    fn new(columns: &[Column], width: i32) -> Self {
        const SAMPLE: i32 = 34;
        let (mut x, mut y) = (16, HEAD as i32);
        let place = |&column: &Column| {
            let wide = SAMPLE + 8 * column.name.len() as i32 + 20;
            if x + wide > width {
                (x, y) = (16, y + LEGEND_LINE);
            }
            let at = (x, y);
            x += wide;
            (column, at)
        };
        Self { entries: columns.iter().map(place).collect() }
    }

    fn height(&self) -> u32 {
        let last = self.entries.last().map_or(0, |(_, (_, y))| *y);
        (last + LEGEND_LINE) as u32 - HEAD
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Drawn {
        for &(column, (x, y)) in &self.entries {
            canvas.draw(&panel::line(column, vec![(x, y), (x + 28, y)]))?;
            canvas.draw(&panel::mark(column, (x + 14, y)))?;
            let weight = if column.name == OURS { FontStyle::Bold } else { FontStyle::Normal };
            let text = (FONT, 16).into_font().style(weight).color(&INK);
            canvas.draw(&Text::new(column.name, (x + 36, y - 8), text))?;
        }
        Ok(())
    }
}
