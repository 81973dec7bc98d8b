//! The traps that peers fell into, a file or more for each, by number; `docs/comparison.md` lists
//! them.
//!
//! A test of a trap says so in the line above, `// trap: T7`, wherever it is; that there is one for
//! each number is checked by `cargo xtask tidy`. Not here, since their subject is elsewhere, are T7
//! and T14 (`scope`), T19 (the adapters' own tests), T21 (`scope`, and the tests of tokens and error
//! groups in the core) and T25 (`tests/allocations`).

mod t01_forgotten;
mod t02_unwinding;
mod t03_given_up;
mod t04_children_do_not_move;
mod t05_poll_after_ready;
mod t06_budget;
mod t08_panics;
mod t08_panics_of_wakers;
mod t08_places_not_reached;
mod t08_second_panics;
mod t09_reentrant_wakes;
mod t10_slots_used_again;
mod t12_stale_wakers;
mod t13_consumers;
mod t15_fairness;
mod t16_none_and_one;
mod t17_size_hints;
mod t18_cancel_safety;
mod t20_auto_traits;
mod t20_scopes;
mod t20_threads;
mod t22_parents_waker;
mod t23_fail_fast;
mod t24_polls_are_counted;
