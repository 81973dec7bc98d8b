//! A set takes no child while somebody waits for its next one.

use ringfence::{JoinSet, block_on};
use std::future::ready;

fn main() {
    let mut set = JoinSet::new();
    set.insert(ready(1));
    let next = set.next();
    set.insert(ready(2));
    block_on(next);
}
