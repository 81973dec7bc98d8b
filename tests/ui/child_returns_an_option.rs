//! An `Option` is no `Result`.

use ringfence::{block_on, scope};

async fn find(text: &str) -> Option<usize> {
    text.find('x')
}

fn main() {
    let text = String::from("text");
    let _ = block_on(scope(async |s| -> Result<usize, String> {
        let child = s.spawn(find(&text));
        Ok(child.await)
    }));
}
