//! One workload: nanoseconds over numbers of children.

use plotters::element::{DashedPathElement, DynElement};
use plotters::prelude::*;

use super::axis::Axis;
use super::{Backend, Canvas, Drawn, FONT, INK};
use crate::columns::{Column, Mark};
use crate::contender::{BOUND, OURS};
use crate::row::Measured;

/// Draws the panel of one workload.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    workload: &str,
    rows: &[&Measured],
    columns: &[Column],
) -> Drawn {
    let sizes: Vec<_> = rows.iter().map(|row| row.n as f64).collect();
    let figures = rows.iter().flat_map(|row| row.figures.iter().map(|(_, spread)| spread.figure));
    let (x, y) = (Axis::of_sizes(&sizes), Axis::of_figures(&figures.collect::<Vec<_>>()));
    let unit = rows.first().map_or("", |row| row.unit);
    let mut chart = ChartBuilder::on(canvas)
        .margin(12)
        .caption(workload, (FONT, 18).into_font().style(FontStyle::Bold).color(&INK))
        .x_label_area_size(46)
        .y_label_area_size(60)
        .build_cartesian_2d(
            x.range.clone().log_scale().with_key_points(x.ticks.clone()),
            y.range.clone().log_scale().with_key_points(y.ticks.clone()),
        )?;
    let text = (FONT, 15).into_font().color(&INK);
    chart
        .configure_mesh()
        .x_desc("children (n)")
        .y_desc(unit)
        .x_label_formatter(&|tick| x.label(*tick))
        .y_label_formatter(&|tick| y.label(*tick))
        .label_style(text)
        .axis_style(INK)
        .bold_line_style(RGBColor(0xDD, 0xDD, 0xDD))
        .light_line_style(TRANSPARENT)
        .draw()?;
    // Ours comes last, above the others.
    let (ours, others): (Vec<Column>, Vec<Column>) =
        columns.iter().partition(|column| column.name == OURS);
    for column in others.into_iter().chain(ours) {
        let point = |row: &Measured| Some((row.n as f64, y.place(row.figure(column.name)?)));
        let points: Vec<_> = rows.iter().filter_map(|row| point(row)).collect();
        chart.draw_series([line(column, points.clone())])?;
        chart.draw_series(points.into_iter().map(|point| mark(column, point)))?;
    }
    Ok(())
}

/// A contender's line, the bound's dashed.
pub(super) fn line<'a, At: Clone + 'static>(
    column: Column,
    points: Vec<At>,
) -> DynElement<'static, Backend<'a>, At> {
    let style = column.rgb().stroke_width(column.width());
    match column.name {
        BOUND => DashedPathElement::new(points, 6, 5, style).into_dyn(),
        _ => PathElement::new(points, style).into_dyn(),
    }
}

/// What stands at a contender's figure.
pub(super) fn mark<'a, At: Clone + 'static>(
    column: Column,
    at: At,
) -> DynElement<'static, Backend<'a>, At> {
    let size = column.width() as i32 + 2;
    let (filled, stroked) = (column.rgb().filled(), column.rgb().stroke_width(2));
    match column.mark {
        Mark::Disc => Circle::new(at, size, filled).into_dyn(),
        Mark::Ring => Circle::new(at, size, stroked).into_dyn(),
        Mark::Triangle => TriangleMarker::new(at, size + 1, filled).into_dyn(),
        Mark::Cross => Cross::new(at, size, stroked).into_dyn(),
    }
}
