//! `race_ok` is for futures of `Result`s.

use ringfence::race_ok;
use std::future::ready;

fn main() {
    drop(race_ok([ready(1), ready(2)]));
}
