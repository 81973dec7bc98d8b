//! The children of a `scope` are `Send`; those of a `scope_local` need not be.

use ringfence::{block_on, scope};
use std::rc::Rc;

fn main() {
    let shared = Rc::new(1);
    let _ = block_on(scope(async |s| -> Result<(), String> {
        let own = Rc::clone(&shared);
        s.spawn(async move {
            std::future::ready(()).await;
            drop(own);
        });
        Ok(())
    }));
}
