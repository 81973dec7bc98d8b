//! A child on a runtime may move between threads.

use ringfence::{Smol, block_on, scope};
use std::rc::Rc;

fn main() {
    let shared = Rc::new(1);
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn_on(&Smol, async move { drop(shared) });
        Ok(())
    }));
}
