//! Only one child may change a local.

use ringfence::{block_on, scope};

fn main() {
    let mut count = 0;
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn(async { count += 1 });
        s.spawn(async { count += 2 });
        Ok(())
    }));
}
