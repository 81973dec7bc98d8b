//! Input that nobody should give, and the answer to it. What a limit of 0, no children, a false
//! size hint and a poll after the end are answered is asserted with the traps T16, T17 and T5.

mod conditions;
mod iterators;
mod no_time;
mod twice;
