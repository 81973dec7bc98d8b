//! A child may outlive the locals of the body: it runs on when the body has returned.

use ringfence::{block_on, scope};

fn main() {
    let _ = block_on(scope(async |s| -> Result<(), String> {
        let local = vec![1];
        s.spawn(async {
            let _first = local[0];
        });
        Ok(())
    }));
}
