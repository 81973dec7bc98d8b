//! Futures of different types are a tuple, not an array.

use ringfence::gather;

fn main() {
    drop(gather([async { 1 }, async { 2 }]));
}
