//! A limit is a number of children.

use ringfence::{gather, scope};
use std::future::ready;

fn main() {
    let _ = gather([ready(1)]).limit("x");
    let _ = gather([ready(1)]).limit(-1);
    let _ = scope(async |_| Ok::<(), String>(())).limit(1.5);
}
