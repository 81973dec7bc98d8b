//! `try_gather` is for futures of `Result`s.

use ringfence::try_gather;
use std::future::ready;

fn main() {
    drop(try_gather([ready(1), ready(2)]));
    drop(try_gather((ready(Ok::<u8, ()>(1)), ready(2))));
    drop(try_gather((1..3).map(ready)));
}
