//! A group of one is a tuple of one.

use ringfence::gather;

fn main() {
    drop(gather(async { 1 }));
}
