//! A recording as a page to look at.

mod axis;
mod row;

use crate::recording::Recording;
use axis::Axis;
use row::rows;
use std::fmt::{self, Write as _};

/// How wide the names are, and how high a row is, in pixels.
const NAMES: f64 = 280.0;
const ROW: f64 = 22.0;
/// How wide the time is, and what is left beside it for how a child has ended.
const TIME: f64 = 900.0;
const ENDS: f64 = 320.0;
/// What is above the first row.
const TOP: f64 = 34.0;

impl Recording {
    /// Returns a page, in HTML, that shows who ran when, who waited, who was cancelled and why.
    ///
    /// It is one file, and loads nothing. Each scope and each child is a row: a child under its
    /// scope, a scope under the child in which it was opened. Pointing at something tells more of it.
    ///
    /// | shown as | is |
    /// |---|---|
    /// | a pale bar | a child that waits to be woken |
    /// | amber | one that could run, and was not polled yet: its siblings are in the way, or who polls the scope |
    /// | striped | one that waits for a place, by the limit of its scope |
    /// | dark | a poll |
    /// | a mark and a word at the end | how it ended; if it was cancelled, why |
    /// | a frame with a line | a scope, and where everything in it was asked to end |
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_core::{block_on, scope};
    /// use ringfence_trace::Recorder;
    /// use std::convert::Infallible;
    ///
    /// let recorder = Recorder::new();
    /// let whole = scope(async |s| -> Result<(), Infallible> {
    ///     s.child().named("mirror").spawn(async {});
    ///     Ok(())
    /// });
    /// assert!(block_on(whole.observe(recorder.clone())).is_ok());
    /// let page = recorder.recording().timeline();
    /// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("child 0 (mirror)"));
    /// ```
    pub fn timeline(&self) -> String {
        let mut page = String::new();
        write(&mut page, self).expect("a string takes all that is written");
        page
    }
}

fn write(page: &mut String, recording: &Recording) -> fmt::Result {
    let rows = rows(recording);
    let axis = Axis::new(recording.last);
    let (width, height) = (NAMES + TIME + ENDS, TOP + rows.len() as f64 * ROW + 8.0);
    page.push_str(HEAD);
    let scopes = recording.scopes.len();
    let children = recording.children.iter().filter(|child| !child.is_body).count();
    writeln!(
        page,
        "<h1>{}</h1><p>{scopes} scopes, {children} children, {:?}</p>{LEGEND}",
        Escaped(&title(recording)),
        recording.last,
    )?;
    writeln!(
        page,
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"timeline\">{STRIPES}"
    )?;
    axis.write(page, height)?;
    for (place, row) in rows.iter().enumerate() {
        row.write(page, &axis, TOP + place as f64 * ROW)?;
    }
    page.push_str("</svg></body></html>\n");
    Ok(())
}

/// The names of the scopes that are not in another one.
fn title(recording: &Recording) -> String {
    let names: Vec<&str> = recording.roots().map(|root| recording.scopes[root].title()).collect();
    if names.is_empty() { "nothing was recorded".to_owned() } else { names.join(", ") }
}

/// Text inside of HTML.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            char => f.write_char(char),
        })
    }
}

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>timeline</title><style>
:root { --ink: #1c2733; --pale: #c9d8e6; --poll: #1f5f99; --ready: #e8a33d; --good: #2b7a4b;
  --bad: #b3261e; --cut: #a35b00; --grid: #e3e8ee; --page: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe6ee; --pale: #33485c; --poll: #7db8ee;
  --ready: #d08f2e; --good: #6fc48d; --bad: #ff8a80; --cut: #f0b35a; --grid: #2a333d; --page: #14191f } }
body { margin: 16px; background: var(--page); color: var(--ink); font: 13px system-ui, sans-serif }
h1 { font-size: 18px; margin: 0 } p { margin: 4px 0 } svg { display: block; margin-top: 12px }
svg text { fill: var(--ink); font-size: 12px; dominant-baseline: middle }
.grid { stroke: var(--grid) } .tick { fill: var(--ink); opacity: .7 }
.life, .key.wait { fill: var(--pale); background: var(--pale) }
.poll, .key.poll { fill: var(--poll); background: var(--poll) }
.ready, .key.ready { fill: var(--ready); background: var(--ready) }
.place { fill: url(#place) } .key.place { background: repeating-linear-gradient(135deg, var(--pale) 0 3px,
  var(--page) 3px 6px) }
.wake { stroke: var(--poll) } .asked { stroke: var(--cut); stroke-width: 2 }
.frame { fill: none; stroke: var(--ink); opacity: .45 }
.scope > text.name { font-weight: 600 }
.cancel { stroke: var(--cut); stroke-width: 2; stroke-dasharray: 4 2 }
.completed > text.end { fill: var(--good) } .cancelled > text.end { fill: var(--cut) }
.failed > text.end, .panicked > text.end { fill: var(--bad); font-weight: 600 }
.key { display: inline-block; width: 18px; height: 10px; margin: 0 4px 0 12px }
</style></head><body>
"#;

const LEGEND: &str = "<p><span class=\"key poll\"></span>runs<span class=\"key ready\"></span>could \
run<span class=\"key place\"></span>waits for a place<span class=\"key wait\"></span>waits</p>";

/// For who waits for a place.
const STRIPES: &str = "<defs><pattern id=\"place\" width=\"6\" height=\"6\" \
patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" \
fill=\"var(--page)\"/><rect width=\"3\" height=\"6\" fill=\"var(--pale)\"/></pattern></defs>";
