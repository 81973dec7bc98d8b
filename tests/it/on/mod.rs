//! Verbs whose children run on a runtime.

mod beside;
mod busy;
mod dropped;
mod everywhere;
mod limits;
mod lost;
mod matrix;
mod misuse;
mod runtimes;
mod shards;

use beside::Beside;
use runtimes::Threads;

/// What children here return.
type Output = Result<u32, &'static str>;
