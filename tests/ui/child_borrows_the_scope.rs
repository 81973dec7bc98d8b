//! A child gets a scope of its own by `spawn_with`; it cannot borrow the body's.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn(async {
            s.spawn(async {});
        });
        Ok(())
    }));
}
