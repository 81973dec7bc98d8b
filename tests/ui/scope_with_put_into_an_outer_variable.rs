//! The handle of a `scope_with` does not leave its body.

use ringfence::{Smol, block_on, scope_with};

fn main() {
    let mut kept = None;
    let _ = block_on(scope_with(&Smol, 1, async |s, _number: &mut u32| {
        kept = Some(s);
        Ok::<(), String>(())
    }));
    drop(kept);
}
