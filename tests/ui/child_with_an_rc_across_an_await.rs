//! A child is `Send` if nothing that it holds across an await is not.

use ringfence::{block_on, scope};
use std::rc::Rc;

fn main() {
    let _ = block_on(scope(async |s| -> Result<(), String> {
        s.spawn_with(async |_| {
            let own = Rc::new(1);
            std::future::ready(()).await;
            drop(own);
        });
        Ok(())
    }));
}
