//! The value of a child may borrow, and its handle does not hide that.

use ringfence::{Handle, block_on, scope};

fn main() {
    let handle: Handle<&str>;
    {
        let text = String::from("short");
        handle =
            block_on(scope(async |s| -> Result<_, String> { Ok(s.spawn(async { Ok(&*text) })) }))
                .unwrap();
    }
    block_on(handle);
}
