//! A tuple has twelve members at most.

use ringfence::gather;
use std::future::ready;

fn main() {
    let one = || ready(1);
    drop(gather((
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
        one(),
    )));
}
