//! The scope of children that are not `Send` stays on its thread.

use ringfence::{block_on, scope_local};

fn main() {
    let _ = block_on(scope_local(async |s| -> Result<(), String> {
        let own = s.clone();
        std::thread::spawn(move || own.cancel("from elsewhere"));
        Ok(())
    }));
}
