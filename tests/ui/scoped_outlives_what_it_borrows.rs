//! The future of a scope borrows what its body does.

use ringfence::{block_on, scope};

fn main() {
    let scoped = {
        let numbers = vec![1];
        scope(async |s| -> Result<(), String> {
            s.spawn(async {
                let _first = numbers[0];
            });
            Ok(())
        })
    };
    let _ = block_on(scoped);
}
