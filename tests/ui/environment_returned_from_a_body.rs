//! What the scope owns cannot be borrowed for longer than the scope.

use ringfence::{Smol, block_on, scope_with};

fn main() {
    let (_env, number) = block_on(scope_with(&Smol, 1, async |_s, number: &mut u32| {
        Ok::<&'static mut u32, String>(number)
    }));
    *number.unwrap() = 2;
}
