//! The body is `async |s|`: a block that moves the scope in moves all else with it.

use ringfence::{block_on, scope};

fn main() {
    let numbers = vec![1, 2];
    let _ = block_on(scope(|s| async move {
        s.spawn(async {
            let _first = numbers[0];
        });
        Ok::<(), String>(())
    }));
    drop(numbers);
}
