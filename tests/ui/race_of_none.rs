//! Nobody wins a race of none.

use ringfence::{race, race_ok};

fn main() {
    drop(race(()));
    drop(race_ok(()));
}
