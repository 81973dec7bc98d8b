//! A child returns a `Result` or nothing.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| -> Result<u8, String> {
        let child = s.spawn(async { 1 });
        Ok(child.await)
    }));
}
