//! The figures as comma-separated values, a line for each cell.

use std::error::Error;
use std::path::Path;

use crate::row::Section;

const HEADER: [&str; 10] =
    ["area", "workload", "n", "unit", "contender", "figure", "least", "median", "most", "samples"];

/// Writes all figures to `path`.
pub(crate) fn write(path: &Path, sections: &[Section]) -> Result<(), Box<dyn Error>> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(HEADER)?;
    for section in sections {
        for row in &section.rows {
            for (contender, spread) in &row.figures {
                let [figure, least, median, most] =
                    [spread.figure, spread.least, spread.median, spread.most]
                        .map(|figure| format!("{figure:.3}"));
                let (n, samples) = (row.n.to_string(), spread.samples.to_string());
                writer.write_record([
                    section.name,
                    row.workload,
                    &n,
                    row.unit,
                    contender,
                    &figure,
                    &least,
                    &median,
                    &most,
                    &samples,
                ])?;
            }
        }
    }
    Ok(writer.flush()?)
}
