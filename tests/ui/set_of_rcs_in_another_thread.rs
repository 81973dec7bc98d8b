//! A set is `Send` if its children are.

use ringfence::{JoinSet, block_on};
use std::rc::Rc;

fn main() {
    let shared = Rc::new(1);
    let mut set = JoinSet::new();
    set.insert(async move { *shared });
    std::thread::spawn(move || block_on(set.next()));
}
