//! The benchmarks, and the page that shows their figures.

use crate::step::{Done, Verdict};
use xshell::{Shell, cmd};

/// Where the figures go, between two marks; what is around them is written by hand.
const PAGE: &str = "docs/benchmarks.md";
const BEGIN: &str = "<!-- figures: begin -->\n";
const END: &str = "<!-- figures: end -->\n";

/// Where the charts and the values go.
const FOLDER: &str = "docs/benchmarks";

/// Runs the benchmarks, and writes the page, the charts and the values.
pub(crate) fn bench(sh: &Shell, flags: &[String]) -> Verdict {
    let quick = match flags {
        [] => None,
        [flag] if flag == "--quick" => Some(flag),
        _ => return Err("cargo xtask bench [--quick]".into()),
    };
    // Before the long run, lest it be in vain.
    with_figures(&sh.read_file(PAGE)?, "")?;
    // Whole paths, since cargo runs a benchmark in its package's folder.
    let charts = sh.current_dir().join(FOLDER);
    let values = charts.join("figures.csv");
    sh.create_dir(&charts)?;
    let report = cmd!(sh, "cargo bench --quiet -p ringfence-benches --bench peers --")
        .args(["--markdown", "--csv"])
        .arg(&values)
        .arg("--svg")
        .arg(&charts)
        .args(quick)
        .read()?;
    // Read again: somebody may have gone on writing meanwhile.
    let page = with_figures(&sh.read_file(PAGE)?, &report)?;
    sh.write_file(PAGE, page)?;
    println!("written: {PAGE}, {}, and the charts beside it", values.display());
    Ok(Done::Passed)
}

/// The page with other figures.
fn with_figures(page: &str, figures: &str) -> Result<String, String> {
    let marks = || format!("{PAGE} must have the lines {BEGIN:?} and {END:?}, in this order");
    let (before, rest) = page.split_once(BEGIN).ok_or_else(marks)?;
    let (_, after) = rest.split_once(END).ok_or_else(marks)?;
    let figures = figures.trim_end();
    Ok(format!("{before}{BEGIN}{figures}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, with_figures};

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let page = format!("# A\n\n{BEGIN}old\nold\n{END}\n# B\n");
        let expected = format!("# A\n\n{BEGIN}new\n{END}\n# B\n");
        assert_eq!(with_figures(&page, "new\n"), Ok(expected));
    }

    #[test]
    fn a_page_without_marks_is_left_alone() {
        assert!(with_figures("# A\n", "new").is_err());
        assert!(with_figures(&format!("{END}{BEGIN}"), "new").is_err());
    }
}
