//! Of collections only arrays and vectors are groups; others are by `.into_iter()`.

use ringfence::gather;
use std::{collections::VecDeque, future::ready};

fn main() {
    drop(gather(VecDeque::from([ready(1)])));
    drop(gather(&[ready(1)]));
}
