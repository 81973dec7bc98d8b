//! A scope that leaves its body still knows what its children may borrow.

use ringfence::{Scope, block_on, scope};

fn main() {
    let outer = 1;
    let escaped: Scope<'_, String> = block_on(scope(async |s| {
        let _outer = &outer;
        Ok(s)
    }))
    .unwrap();
    {
        let shorter = vec![1];
        escaped.spawn(async {
            let _first = shorter[0];
        });
    }
    drop(escaped);
}
