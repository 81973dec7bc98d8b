//! What one child of `scope_with` changes, no other may touch.

use ringfence::{Smol, block_on, scope_with};

fn main() {
    let _ = block_on(scope_with(&Smol, 1, async |s, number: &mut u32| -> Result<(), String> {
        s.spawn(async { *number += 1 });
        s.spawn(async { *number += 2 });
        Ok(())
    }));
}
