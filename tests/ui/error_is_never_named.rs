//! The type of error is named once, where no child and no `?` of the body has it.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| {
        let child = s.spawn(async { Ok(1) });
        Ok(child.await)
    }));
}
