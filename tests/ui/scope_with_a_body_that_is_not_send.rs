//! The body of a `scope_with` may move between threads.

use ringfence::{Smol, block_on, scope_with};
use std::{future::ready, rc::Rc};

fn main() {
    let _ = block_on(scope_with(&Smol, 1, async |_s, _number: &mut u32| {
        let shared = Rc::new(1);
        ready(()).await;
        drop(shared);
        Ok::<(), String>(())
    }));
}
