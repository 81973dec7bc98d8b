//! A builder is for one child.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| -> Result<(), String> {
        let child = s.child().named("one");
        child.spawn(async {});
        child.spawn(async {});
        Ok(())
    }));
}
