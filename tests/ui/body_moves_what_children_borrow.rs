//! The body is `async |s|`: with `async move |s|` it owns what its children would borrow.

use ringfence::{block_on, scope};

fn main() {
    let numbers = vec![1, 2];
    let _ = block_on(scope(async move |s| -> Result<(), String> {
        s.spawn(async {
            let _first = numbers[0];
        });
        Ok(())
    }));
}
