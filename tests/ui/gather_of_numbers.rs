//! Members are futures.

use ringfence::gather;

fn main() {
    drop(gather(7));
    drop(gather([1, 2]));
    drop(gather((async { 1 }, 2)));
}
