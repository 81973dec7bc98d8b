//! A scope whose body is not `Send` is not either.

use ringfence::scope;
use std::rc::Rc;

fn main() {
    tokio::spawn(async {
        scope(async |s| -> Result<u8, String> {
            let own = Rc::new(1);
            let child = s.spawn(async { Ok(1) });
            Ok(child.await + *own)
        })
        .await
    });
}
