//! Nor do two children differ, where neither the body names the type.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| {
        s.spawn(async { Err::<(), _>("text") });
        s.spawn(async { Err::<(), _>(7_u8) });
        Ok(())
    }));
}
