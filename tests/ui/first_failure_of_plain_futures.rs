//! To wait for the first failure is for futures of `Result`s.

use ringfence::{JoinSet, until, wait};
use std::future::ready;

fn main() {
    drop(wait([ready(1), ready(2)], until::FirstFailure));
    let mut set = JoinSet::from_iter([ready(1)]);
    drop(set.wait(until::FirstFailure));
}
