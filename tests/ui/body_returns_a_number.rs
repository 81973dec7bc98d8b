//! A body returns a `Result`.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| {
        let child = s.spawn(async { Ok::<_, String>(1) });
        child.await
    }));
}
