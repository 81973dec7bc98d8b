//! All futures of `try_gather` fail with one type of error.

use ringfence::try_gather;
use std::future::ready;

fn main() {
    drop(try_gather((ready(Ok::<u8, String>(1)), ready(Ok::<u8, u8>(2)))));
}
