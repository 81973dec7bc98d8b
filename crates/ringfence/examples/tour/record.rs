//! What came of a stop, and how it is shown and compared.

use super::client::{Client, Connect};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// What came of a stop.
#[derive(Debug)]
pub(crate) struct Record {
    stop: &'static str,
    /// What the verb returned, in its order.
    came: Vec<String>,
    /// The servers of the fetches that were cancelled.
    cancelled: Vec<&'static str>,
    took: Duration,
}

impl Record {
    /// Records what comes of `scene`, all of whose fetches are `client`'s.
    pub(crate) async fn of<C: Connect>(
        client: &Client<C>,
        stop: &'static str,
        scene: impl Future<Output = Vec<String>>,
    ) -> Self {
        let start = Instant::now();
        let came = scene.await;
        Self { stop, came, took: start.elapsed(), cancelled: client.take_abandoned() }
    }

    /// Returns how many fetches were cancelled.
    pub(crate) fn cancelled(&self) -> usize {
        self.cancelled.len()
    }
}

/// Tells all but the times, which are never the same twice.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.stop.replace('\n', ", "))?;
        self.came.iter().try_for_each(|what| writeln!(f, "  {what}"))?;
        self.cancelled.iter().try_for_each(|server| writeln!(f, "  cancelled: {server}"))
    }
}

/// Lays records out in a table, at most a hundred columns wide.
pub(crate) fn table(records: &[Record]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(100);
    table.set_header(["verb", "what came of it, in this order", "cancelled", "took"]);
    for Record { stop, came, cancelled, took } in records {
        let took = format!("{} ms", took.as_millis());
        table.add_row([stop, &*came.join("\n"), &cancelled.join("\n"), &took]);
    }
    let took = table.column_mut(3).expect("there are four columns");
    took.set_cell_alignment(CellAlignment::Right);
    table
}
