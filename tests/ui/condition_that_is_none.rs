//! A condition is one of `until`, or a function of an outcome.

use ringfence::wait;
use std::future::ready;

fn main() {
    drop(wait([ready(1), ready(2)], 1));
    drop(wait([ready(1), ready(2)], |n: &u32| *n == 1));
}
