//! A child of `scope_with` may outlive the locals of the body.

use ringfence::{Smol, block_on, scope_with};

fn main() {
    let _ = block_on(scope_with(&Smol, (), async |s, _env| -> Result<(), String> {
        let local = vec![1];
        s.spawn(async {
            let _first = local[0];
        });
        Ok(())
    }));
}
