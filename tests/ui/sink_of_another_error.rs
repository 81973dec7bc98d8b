//! A sink takes failures with the scope's type of error.

use ringfence::{Failure, OnFailure, block_on, scope};

fn main() {
    let scoped = scope(async |_| Ok::<(), String>(()));
    let sink = |failure: Failure<u8>| drop(failure);
    let _ = block_on(scoped.on_failure(OnFailure::sink(sink)));
}
