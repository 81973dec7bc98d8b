//! Nor does it when a variable around the scope holds it.

use ringfence::{Scope, block_on, scope};

fn main() {
    let mut outer: Option<Scope<'_, String>> = None;
    {
        let shorter = vec![1];
        let _ = block_on(scope(async |s| -> Result<(), String> {
            s.spawn(async {
                let _first = shorter[0];
            });
            outer = Some(s);
            Ok(())
        }));
    }
    drop(outer);
}
