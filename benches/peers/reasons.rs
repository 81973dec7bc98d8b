//! Why targets are missed that are not beyond the hand-written bound.
//!
//! A miss whose bound misses, too, needs no line here. A reason whose target is met is not printed;
//! a miss without a reason says so.

use std::ops::RangeInclusive;

use crate::rows::wakes::ONE_BY_ONE;
use crate::targets::Why;

/// Why a workload's targets are missed with so many children.
struct Reason {
    /// What the workload's name begins with.
    workload: &'static str,
    n: RangeInclusive<usize>,
    text: &'static str,
}

/// What the bounds of sets do without, and users do not.
const GENERALITY: &str = "The bound has a fixed capacity, is made beforehand, knows no key, and \
    minds neither panics nor wakes from other threads; ours grows as children come.";

const MEMORY: &str = "So many children do not fit the caches: what counts is how often memory is \
    touched, and how often it is taken from the system and given back.";

const SCOPE: &str = "A scope has a token and a place in the tree of scopes, which moro's has not.";

/// What children on a runtime have that its tasks have not.
const TASK: &str = "The child is a task, spawned by the same call as `JoinSet`'s. On top of it \
    come the memory that task and parent share, two exchanges of a word for each poll, and \
    what is in force in the child: its token, its deadline, and who is waited for. `JoinSet` keeps \
    no order, and what it aborts is not awaited.";

/// The first that fits counts.
const REASONS: [Reason; 24] = [
    Reason { workload: "insert + take", n: 100..=10_000, text: GENERALITY },
    Reason { workload: "insert + take", n: 100_000..=1_000_000, text: MEMORY },
    Reason { workload: "yield", n: 100..=10_000, text: GENERALITY },
    Reason { workload: "yield", n: 100_000..=1_000_000, text: MEMORY },
    Reason { workload: "churn", n: 100..=1_000_000, text: GENERALITY },
    Reason {
        workload: ONE_BY_ONE,
        n: 1..=1_000,
        text: "A lone wake pays for the bit, the ringing, the turn and the parking, an atomic \
            operation or more each; the bound's wakes are of its own thread.",
    },
    Reason {
        workload: ONE_BY_ONE,
        n: 10_000..=1_000_000,
        text: "At random among so many children a wake is three cache misses for everybody: the \
            child, its word of readiness, and its gate.",
    },
    Reason { workload: "one event", n: 100..=10_000, text: GENERALITY },
    Reason { workload: "one event", n: 100_000..=1_000_000, text: MEMORY },
    Reason {
        workload: "another thread",
        n: 1..=100_000,
        text: "The line of memory that holds 62 children's bits goes from core to core, as often \
            as the two threads meet; where the system puts the threads moves it by a factor of two.",
    },
    Reason {
        workload: "gather",
        n: 1..=10,
        text: "`join_all` polls all of up to thirty children at every wake, and keeps no account \
            of wakes.",
    },
    Reason {
        workload: "try_gather",
        n: 1..=10,
        text: "`try_join_all` polls all of up to thirty children at every wake, and keeps no \
            account of wakes.",
    },
    Reason { workload: "try_gather", n: 100_000..=1_000_000, text: MEMORY },
    Reason {
        workload: "tuple: make",
        n: 2..=8,
        text: "`join!` keeps no account of a limit, of a name or of a panic.",
    },
    Reason {
        workload: "tuple: per wake",
        n: 2..=3,
        text: "Up to three children are all polled at every wake, as `join!` does it; what is more \
            is the account of who has ended, which a decision or a panic asks for.",
    },
    Reason {
        workload: "tuple: per wake",
        n: 4..=8,
        text: "From four children on only those are polled that were woken; where a poll costs a \
            nanosecond, the account of wakes costs more than the polls that it saves.",
    },
    Reason { workload: "scope: spawn", n: 1..=1, text: SCOPE },
    Reason { workload: "scope_local: spawn", n: 1..=1, text: SCOPE },
    Reason {
        workload: "scope: spawn",
        n: 100..=10_000,
        text: "A child with a handle costs a lock, and the exchanges that let handle and child go in \
            any order, on any thread; the bound has one box per child, no handle, and no second \
            thread.",
    },
    Reason { workload: "scope: spawn", n: 100_000..=1_000_000, text: MEMORY },
    Reason {
        workload: "scope: one in the other",
        n: 1..=100,
        text: "Each of the scopes has a token, which is a child of the token around it; moro's \
            have none, and cannot be cancelled from outside.",
    },
    Reason { workload: "remote: gather", n: 1..=1_000, text: TASK },
    Reason {
        workload: "remote: scope",
        n: 1..=1_000,
        text: "As a gather's, and besides a child of a scope with a handle, which waits for the \
            task: a lock and two wakes more, and a turn of the scope for each end.",
    },
    Reason { workload: "a task each", n: 1..=100_000, text: TASK },
];

/// Why the targets of a row are missed, if somebody knows.
pub(crate) fn reason(workload: &str, n: usize) -> Why {
    let fits = |reason: &&Reason| workload.starts_with(reason.workload) && reason.n.contains(&n);
    REASONS.iter().find(fits).map_or(Why::Unknown, |reason| Why::Known(reason.text))
}
