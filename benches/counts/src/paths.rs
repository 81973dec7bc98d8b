//! The paths: what a user does, small enough to be counted.

mod cancelling;
mod scopes;
mod sets;
mod verbs;

use crate::Work;

/// One of the core's paths.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    /// Among how many its cost is shared.
    pub(crate) children: usize,
    /// Makes what is not counted.
    pub(crate) prepare: fn() -> Work,
}

/// All paths. Each begins with a new set, scope or verb, unless its preparation has one.
pub(crate) const PATHS: [Path; 18] = [
    Path { name: "set: insert and take ready", children: 1_000, prepare: sets::ready_children },
    Path { name: "set: yield once", children: 1_000, prepare: sets::yield_once },
    Path { name: "set: churn", children: 1_000, prepare: sets::churn },
    Path { name: "set: wake one of 100", children: 100, prepare: sets::wake_one_by_one },
    Path { name: "set: broadcast", children: 1_000, prepare: sets::broadcast },
    Path { name: "set: drop pending", children: 1_000, prepare: sets::drop_pending },
    Path { name: "gather: 10 ready", children: 10, prepare: verbs::gather_10 },
    Path { name: "gather: 1000 ready", children: 1_000, prepare: verbs::gather_1000 },
    Path { name: "gather: 1000 yield once", children: 1_000, prepare: verbs::gather_yields },
    Path { name: "gather: tuple of 4, yield once", children: 4, prepare: verbs::tuple_of_4 },
    Path { name: "try_gather: the middle fails", children: 1_000, prepare: verbs::try_gather },
    Path { name: "as_completed: yield once", children: 100, prepare: verbs::as_completed_yields },
    Path { name: "race: the last of 10", children: 10, prepare: verbs::race_10 },
    Path { name: "scope: spawn and await", children: 100, prepare: scopes::spawn_and_await },
    Path { name: "scope: open and close", children: 1, prepare: scopes::open_and_close },
    Path { name: "scope: a child fails", children: 100, prepare: scopes::a_child_fails },
    Path { name: "cancel: a tree of tokens", children: 100, prepare: cancelling::tree },
    Path { name: "timeout: in time", children: 1, prepare: cancelling::timeout_in_time },
];
