//! What is spawned is a future.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn(async || {});
        s.spawn(|| ());
        Ok(())
    }));
}
