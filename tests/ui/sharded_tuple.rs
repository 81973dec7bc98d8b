//! Shards are for many children of one type, and come after the runtime.

use ringfence::{AsyncStd, gather};
use std::future::ready;

fn main() {
    let _ = gather((ready(1), ready("two"))).on(&AsyncStd).sharded(2);
    let _ = gather([ready(1), ready(2)]).sharded(2);
}
