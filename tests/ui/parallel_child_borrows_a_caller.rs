//! A child of `scope_with` runs on another thread, and may borrow from what the scope owns alone.

use ringfence::{Smol, block_on, scope_with};

fn main() {
    let words = vec![1];
    let _ = block_on(scope_with(&Smol, (), async |s, _env| -> Result<(), String> {
        s.spawn(async {
            let _first = words[0];
        });
        Ok(())
    }));
}
