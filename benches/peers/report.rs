//! The report: for each area its chart, its figures and its targets; then what is missed, and why.

use crate::columns::shown;
use crate::contender::OURS;
use crate::effort::Effort;
use crate::grid::{Grid, Style};
use crate::row::Section;
use crate::targets::{Verdict, Why, judge_all};

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

/// The figures of an area.
fn figures(style: Style, section: &Section) -> String {
    let columns = shown(|name| section.rows.iter().any(|row| row.figure(name).is_some()));
    let names = columns.iter().map(|column| column.name.to_owned());
    let header = ["workload", "unit", "n"].map(str::to_owned).into_iter().chain(names);
    let mut grid = Grid::new(style, header.collect(), 2);
    for row in &section.rows {
        let mut line = vec![row.workload.to_owned(), row.unit.to_owned(), count(row.n)];
        for column in &columns {
            let text = row.figure(column.name).map_or_else(|| "–".to_owned(), figure);
            line.push(if column.name == OURS { style.strong(&text) } else { text });
        }
        grid.add(line);
    }
    grid.draw()
}

/// The targets of an area, a column for each number of children; nothing if it has none.
fn targets(style: Style, verdicts: &[Verdict]) -> Option<String> {
    let mut sizes: Vec<_> = verdicts.iter().map(|verdict| verdict.n).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut lines: Vec<(&str, &str, Vec<&Verdict>)> = Vec::new();
    for verdict in verdicts {
        let (workload, must) = (verdict.workload, verdict.must.as_str());
        match lines.iter_mut().find(|line| (line.0, line.1) == (workload, must)) {
            Some(line) => line.2.push(verdict),
            None => lines.push((workload, must, vec![verdict])),
        }
    }
    let header = ["target", "must"].map(str::to_owned).into_iter();
    let mut grid = Grid::new(style, header.chain(sizes.iter().map(|&n| count(n))).collect(), 1);
    for (workload, must, verdicts) in &lines {
        let of_size = |n: &usize| {
            let verdict = verdicts.iter().find(|verdict| verdict.n == *n);
            verdict.map_or_else(String::new, |verdict| match verdict.met {
                true => verdict.shown.clone(),
                false => format!("✗ {}", style.strong(&verdict.shown)),
            })
        };
        let line = [*workload, *must].map(str::to_owned).into_iter();
        grid.add(line.chain(sizes.iter().map(of_size)).collect());
    }
    (!lines.is_empty()).then(|| grid.draw())
}

/// What is missed, each miss with the bound and its reason.
fn missed(style: Style, verdicts: &[Verdict]) -> Option<String> {
    let header = ["workload", "n", "ours", "against", "ratio", "must", "bound", "why"];
    let mut grid = Grid::new(style, header.map(str::to_owned).to_vec(), 1);
    let mut reasons: Vec<&str> = Vec::new();
    let missed: Vec<_> = verdicts.iter().filter(|verdict| !verdict.met).collect();
    for verdict in &missed {
        let why = match verdict.why {
            Why::BeyondTheBound => "beyond the bound".to_owned(),
            Why::Unknown => "not explained".to_owned(),
            Why::Known(text) => {
                let at = reasons.iter().position(|known| *known == text);
                let at = at.unwrap_or_else(|| {
                    reasons.push(text);
                    reasons.len() - 1
                });
                format!("({})", at + 1)
            }
        };
        let Verdict { workload, ours, against, shown, must, bound, .. } = verdict;
        let bound = bound.as_deref().unwrap_or("–");
        let n = count(verdict.n);
        let line = [workload, n.as_str(), ours, against, shown, must, bound, &why];
        grid.add(line.map(str::to_owned).to_vec());
    }
    let notes = reasons.iter().enumerate().map(|(at, text)| format!("{}. {text}\n", at + 1));
    let notes: String = notes.collect();
    (!missed.is_empty()).then(|| format!("{}\n{notes}", grid.draw()))
}

/// Where the report finds the charts: a folder as a link names it.
pub(crate) type Charts<'a> = Option<&'a str>;

/// The whole report.
pub(crate) fn report(
    style: Style,
    effort: Effort,
    machine: &str,
    sections: &[Section],
    charts: Charts<'_>,
) -> String {
    let judged: Vec<_> = sections.iter().map(judge_all).collect();
    let all = || judged.iter().flatten();
    let (met, of) = (all().filter(|verdict| verdict.met).count(), all().count());
    let mut parts = vec![format!("{machine} A {} run: {met} of {of} targets met.\n", effort.name)];
    for (section, verdicts) in sections.iter().zip(&judged) {
        parts.push(style.heading(section.title));
        if let Some(charts) = charts {
            parts.push(format!("![{}]({charts}/{}.svg)\n", section.title, section.name));
        }
        parts.push(figures(style, section));
        parts.extend(targets(style, verdicts));
    }
    let judged: Vec<_> = judged.into_iter().flatten().collect();
    if let Some(missed) = missed(style, &judged) {
        parts.push(style.heading("What is missed, and why"));
        parts.push(missed);
    }
    parts.join("\n")
}
