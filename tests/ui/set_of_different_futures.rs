//! The children of a set are of one type; those of a `DynJoinSet` need not be.

use ringfence::JoinSet;

fn main() {
    let mut set = JoinSet::new();
    set.insert(async { 1 });
    set.insert(async { 2 });
}
