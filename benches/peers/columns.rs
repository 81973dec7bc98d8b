//! The contenders as tables and charts show them.

use crate::contender::{BOUND, OURS};

/// One contender's column in a table, and its line in a chart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// Red, green, blue. Tellable apart with any kind of sight, as are the marks.
    pub(crate) colour: (u8, u8, u8),
    pub(crate) mark: Mark,
}

/// What stands at a figure in a chart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    Disc,
    Ring,
    Triangle,
    Cross,
}

/// In their order. A contender that a row file brings along has its line here.
pub(crate) const COLUMNS: [Column; 16] = [
    Column { name: "FuturesUnordered", colour: (0x00, 0x72, 0xB2), mark: Mark::Disc },
    Column { name: "join_all", colour: (0x4F, 0xA9, 0xDC), mark: Mark::Triangle },
    Column { name: "futures::join!", colour: (0x00, 0x72, 0xB2), mark: Mark::Triangle },
    Column { name: "futures-buffered", colour: (0x00, 0x8F, 0x68), mark: Mark::Ring },
    Column { name: "unicycle", colour: (0xC0, 0x62, 0x95), mark: Mark::Cross },
    Column { name: "futures-concurrency", colour: (0xB8, 0x86, 0x0B), mark: Mark::Triangle },
    Column { name: "moro", colour: (0x6A, 0x3D, 0x9A), mark: Mark::Disc },
    Column { name: "moro-local", colour: (0x9C, 0x7A, 0xC4), mark: Mark::Ring },
    Column { name: "tokio::spawn", colour: (0xA8, 0xA8, 0xA8), mark: Mark::Ring },
    Column { name: "tokio JoinSet", colour: (0x77, 0x77, 0x77), mark: Mark::Cross },
    Column { name: "smol spawn", colour: (0x4F, 0xA9, 0xDC), mark: Mark::Disc },
    Column { name: "async-std spawn", colour: (0xB8, 0x86, 0x0B), mark: Mark::Disc },
    Column { name: "ringfence, smol", colour: (0xD5, 0x2B, 0x00), mark: Mark::Triangle },
    Column { name: "ringfence, async-std", colour: (0xD5, 0x2B, 0x00), mark: Mark::Cross },
    Column { name: OURS, colour: (0xD5, 0x2B, 0x00), mark: Mark::Disc },
    Column { name: BOUND, colour: (0x22, 0x22, 0x22), mark: Mark::Ring },
];

/// The columns for which `has` says yes, in their order.
pub(crate) fn shown(has: impl Fn(&str) -> bool) -> Vec<Column> {
    COLUMNS.into_iter().filter(|column| has(column.name)).collect()
}
