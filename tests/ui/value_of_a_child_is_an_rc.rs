//! What a child returns is `Send` as well.

use ringfence::{block_on, scope};
use std::{future::ready, rc::Rc};

fn main() {
    let _ = block_on(scope(async |s| -> Result<u8, String> {
        let child = s.spawn(async { Ok(ready(Rc::new(1)).await) });
        Ok(*child.await)
    }));
}
