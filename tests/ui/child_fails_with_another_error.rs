//! All children of a scope fail with its type of error.

use ringfence::{block_on, scope};
use std::num::ParseIntError;

async fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

fn main() {
    let _ = block_on(scope(async |s| -> Result<u8, String> {
        let child = s.spawn(parse("1"));
        Ok(child.await)
    }));
}
