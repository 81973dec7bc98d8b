//! Whoever wins a race, the output is of one type.

use ringfence::race;
use std::future::ready;

fn main() {
    drop(race((ready(1), ready("two"))));
}
