//! The traps, each a small function per library.

mod children;
mod dropping;
mod memory;
mod polling;
mod runtimes;
mod scopes;
mod starving;
mod verbs;

use crate::said::Said;

/// The columns of the table.
pub(crate) const LIBRARIES: &[&str] = &[
    "ringfence",
    "futures",
    "futures-concurrency",
    "futures-buffered",
    "unicycle",
    "moro",
    "tokio",
];

/// A row.
pub(crate) struct Trap {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    cells: &'static [(&'static str, Cell)],
}

type Cell = fn() -> Said;

impl Trap {
    /// What is run for a library, if it has what it takes.
    pub(crate) fn cell(&self, library: &str) -> Option<Cell> {
        self.cells.iter().find(|(name, _)| *name == library).map(|(_, cell)| *cell)
    }
}

/// Finds a cell by its names.
pub(crate) fn cell(trap: &str, library: &str) -> Option<Cell> {
    TRAPS.iter().find(|row| row.name == trap)?.cell(library)
}

/// The cells of a function that is generic over the sets.
macro_rules! sets {
    ($module:ident::$run:ident $(, $library:literal: $other:path)*) => {
        &[
            ("ringfence", $module::$run::<$crate::sets::Ringfence<_>>),
            ("futures", $module::$run::<$crate::sets::Futures<_>>),
            ("futures-concurrency", $module::$run::<$crate::sets::Concurrency<_>>),
            ("futures-buffered", $module::$run::<$crate::sets::Buffered<_>>),
            ("unicycle", $module::$run::<$crate::sets::Unicycle<_>>),
            $(($library, $other),)*
        ]
    };
}

pub(crate) const TRAPS: &[Trap] = &[
    Trap {
        name: "T1",
        title: "a scope is forgotten, then what its children borrow is dropped",
        cells: &[("ringfence", scopes::forget_ringfence), ("moro", scopes::forget_moro)],
    },
    Trap {
        name: "T2",
        title: "children are dropped when their set is, in an unwinding panic",
        cells: sets!(dropping::unwinding, "moro": scopes::unwinding_moro, "tokio": runtimes::unwinding),
    },
    Trap {
        name: "T3",
        title: "children have been dropped when the drop of what drives them returns",
        cells: sets!(dropping::given_up, "moro": scopes::given_up_moro, "tokio": runtimes::given_up),
    },
    Trap {
        name: "T4",
        title: "a pinned child stays where it is until it is dropped",
        cells: sets!(children::moved),
    },
    Trap {
        name: "T5",
        title: "`try_join_all` and the like are polled again after an error; values are not leaked",
        cells: &[
            ("ringfence", verbs::again_ringfence),
            ("futures", verbs::again_futures),
            ("futures-concurrency", verbs::again_concurrency),
            ("futures-buffered", verbs::again_buffered),
        ],
    },
    Trap {
        name: "T6",
        title: "10,000 children, each of which takes two units of tokio's budget: polls",
        cells: sets!(runtimes::budget, "tokio": runtimes::budget_of_tasks),
    },
    Trap {
        name: "T7",
        title: "a child that is woken late spawns another",
        cells: &[("ringfence", scopes::late_ringfence), ("moro", scopes::late_moro)],
    },
    Trap {
        name: "T8",
        title: "a child panics: the others still end, and so does the set",
        cells: sets!(children::panics, "moro": scopes::panics_moro, "tokio": runtimes::panics),
    },
    Trap { name: "T9", title: "the parent's waker wakes a child", cells: sets!(polling::echo) },
    Trap {
        name: "T10",
        title: "a key of a child that has gone, while its slot has another",
        cells: &[
            ("ringfence", children::stale_ringfence),
            ("futures-concurrency", children::stale_concurrency),
        ],
    },
    Trap {
        name: "T11",
        title: "threads wake children whose sets are dropped",
        cells: sets!(polling::threads),
    },
    Trap {
        name: "T12",
        title: "what one waker keeps of a child of 64 KiB that has gone",
        cells: sets!(memory::stale_waker),
    },
    Trap {
        name: "T13",
        title: "children go on while who takes their results is at work",
        cells: &[
            ("ringfence", scopes::overlap_ringfence),
            ("futures", starving::overlap_futures),
            ("futures-buffered", starving::overlap_buffered),
            ("moro", scopes::overlap_moro),
            ("tokio", runtimes::overlap),
        ],
    },
    Trap {
        name: "T14",
        title: "a fair lock, for which a child waits before who takes its results",
        cells: &[
            ("ringfence", scopes::lock_ringfence),
            ("moro", scopes::lock_moro),
            ("tokio", runtimes::lock),
        ],
    },
    Trap {
        name: "T14, sets",
        title: "the same, where one has nothing but a set and polls it oneself",
        cells: sets!(starving::lock),
    },
    Trap {
        name: "T15",
        title: "a child that was woken, beside those that wake themselves or end all the time",
        cells: sets!(starving::restless),
    },
    Trap {
        name: "T16",
        title: "a limit of 0",
        cells: &[
            ("ringfence", verbs::no_places_ringfence),
            ("futures", verbs::no_places_futures),
            ("futures-buffered", verbs::no_places_buffered),
        ],
    },
    Trap {
        name: "T17",
        title: "an iterator that claims to be endless, and is not",
        cells: &[
            ("ringfence", verbs::boast_ringfence),
            ("futures", verbs::boast_futures),
            ("futures-concurrency", verbs::boast_concurrency),
            ("futures-buffered", verbs::boast_buffered),
            ("unicycle", verbs::boast_unicycle),
        ],
    },
    Trap {
        name: "T18",
        title: "a wait for the next result is given up: nothing is lost",
        cells: sets!(polling::given_up, "tokio": runtimes::next_given_up),
    },
    Trap {
        name: "T19",
        title: "the runtime is gone: tasks end all the same",
        cells: &[("tokio", runtimes::gone)],
    },
    Trap {
        name: "T20",
        title: "the set is `Send` exactly if its children are",
        cells: &[
            ("ringfence", children::send_ringfence),
            ("futures", children::send_futures),
            ("futures-concurrency", children::send_concurrency),
            ("futures-buffered", children::send_buffered),
            ("unicycle", children::send_unicycle),
        ],
    },
    Trap {
        name: "T21",
        title: "a child panics when its set drops it: the others are dropped",
        cells: sets!(dropping::destructor),
    },
    Trap {
        name: "T22",
        title: "a wake reaches the parent that has polled last",
        cells: sets!(polling::other_parent),
    },
    Trap {
        name: "T23",
        title: "child 40 of 100 fails while the first is pending",
        cells: &[
            ("ringfence", verbs::fail_fast_ringfence),
            ("futures", verbs::fail_fast_futures),
            ("futures-concurrency", verbs::fail_fast_concurrency),
            ("futures-buffered", verbs::fail_fast_buffered),
        ],
    },
    Trap {
        name: "T24",
        title: "30 children, each woken once: polls",
        cells: &[
            ("ringfence", verbs::polls_ringfence),
            ("futures", verbs::polls_futures),
            ("futures-concurrency", verbs::polls_concurrency),
            ("futures-buffered", verbs::polls_buffered),
        ],
    },
    Trap {
        name: "T25",
        title: "100,000 children whose results nobody asks for: memory",
        cells: &[
            ("ringfence", memory::unasked_ringfence),
            ("moro", memory::unasked_moro),
            ("tokio", memory::unasked_tokio),
        ],
    },
];
