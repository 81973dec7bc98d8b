//! What lives in the body of the inner scope is not for children of the outer.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |outer| -> Result<(), String> {
        let inner = scope(async |s| -> Result<(), String> {
            s.spawn(async {});
            Ok(())
        });
        let local = vec![1];
        outer.spawn(async {
            let _first = local[0];
        });
        inner.first().await
    }));
}
