//! The children of a `DynJoinSet` are `Send`.

use ringfence::DynJoinSet;
use std::rc::Rc;

fn main() {
    let shared = Rc::new(1);
    let mut set = DynJoinSet::new();
    set.insert(async move { *shared });
}
