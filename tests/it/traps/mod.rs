//! The traps that peers fell into, a test or more for each.

mod t08_panics;
mod t08_panics_of_wakers;
