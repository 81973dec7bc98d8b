//! While a child may change a local, the body may not look at it.

use ringfence::{block_on, scope};

fn main() {
    let mut count = 0;
    let _ = block_on(scope(async |s| -> Result<u32, String> {
        let child = s.spawn(async { count += 1 });
        child.await;
        Ok(count)
    }));
}
