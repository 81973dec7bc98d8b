//! A child on a runtime borrows nothing; `scope_with` is for those that do.

use ringfence::{Smol, block_on, scope};

fn main() {
    let words = vec![1];
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn_on(&Smol, async { drop(words.len()) });
        Ok(())
    }));
}
