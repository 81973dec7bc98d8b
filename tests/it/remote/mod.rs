//! Children that run on a runtime.

mod blocking;
mod busy;
mod by_hand;
mod drained;
mod drained_streams;
mod dropped;
mod ends;
mod left_behind;
mod lost;
mod runtimes;
mod scopes;
mod strict;
mod tokens;

use busy::{Busy, Last, Parent, busy};
use by_hand::ByHand;
use ringfence_core::{
    block_on, remote,
    rt::{Job, Refused, Spawn, SpawnBlocking, Task},
};
use std::thread;

/// What children here return.
type Output = Result<u32, &'static str>;

/// A runtime with a thread for each task.
#[derive(Clone, Copy)]
struct Threads;

impl Spawn for Threads {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        thread::spawn(|| block_on(task));
        Ok(())
    }
}

impl SpawnBlocking for Threads {
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        thread::spawn(|| job.run());
        Ok(())
    }
}

/// Begins a remote child, for tests that step through the turns of a tuple: the turn in which the
/// first of the process begins is broken off.
fn begin_one() {
    block_on(remote(&Threads, async {}));
}
