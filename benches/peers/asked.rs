//! The command line.

use std::path::PathBuf;

use crate::apart::Place;
use crate::effort::Effort;
use crate::grid::Style;
use crate::row::{Area, Row};

/// What the command line may say, for who says something else.
pub(crate) const USAGE: &str = "[--quick] [--markdown] [--csv FILE] [--svg FOLDER] [FILTER…]: \
    a row runs if its area is called like a filter, or its workload has one in it";

/// What the command line asks for.
pub(crate) struct Asked {
    pub(crate) effort: Effort,
    pub(crate) style: Style,
    pub(crate) csv: Option<PathBuf>,
    pub(crate) svg: Option<PathBuf>,
    /// Asked by another process, for one contender.
    pub(crate) at: Option<Place>,
    filters: Vec<String>,
}

impl Asked {
    /// Reads the command line; without cargo's `--bench` (as in `cargo test`) rows run once.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let (mut bench, mut quick) = (false, false);
        let mut asked = Self {
            effort: Effort::SMOKE,
            style: Style::Text,
            csv: None,
            svg: None,
            at: None,
            filters: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut path =
                || arguments.next().map(PathBuf::from).ok_or(format!("{argument} what?"));
            match argument.as_str() {
                "--bench" => bench = true,
                "--quick" => quick = true,
                "--markdown" => asked.style = Style::Markdown,
                "--csv" => asked.csv = Some(path()?),
                "--svg" => asked.svg = Some(path()?),
                Place::FLAG => {
                    let place = Place::read(&mut arguments);
                    let needs = "an area, a workload, a number of children and a contender";
                    asked.at = Some(place.ok_or_else(|| format!("{argument} needs {needs}"))?);
                }
                flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
                _ => asked.filters.push(argument),
            }
        }
        if bench {
            asked.effort = if quick { Effort::QUICK } else { Effort::FULL };
        }
        Ok(asked)
    }

    /// Whether the row is to run.
    pub(crate) fn wants(&self, area: &Area, row: &Row) -> bool {
        let named = |filter: &String| area.name == filter || row.workload.contains(filter.as_str());
        let named = self.filters.is_empty() || self.filters.iter().any(named);
        named && row.n <= self.effort.most_children
    }
}
