//! The traps that peers fell into, a file or more for each, by number.

mod t04_children_do_not_move;
mod t05_poll_after_ready;
mod t06_budget;
mod t08_panics;
mod t08_panics_of_wakers;
mod t08_places_not_reached;
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
