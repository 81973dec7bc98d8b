//! Who tells the panic hook that a child was lost. A binary of its own, since a process has one hook.

use ringfence_core::{
    Scope, block_on, gather, remote,
    rt::{Refused, Spawn, Task, Why},
    scope,
};
use std::{
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
};

/// A runtime that takes nothing.
#[derive(Clone)]
struct Gone;

impl Spawn for Gone {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        Err(Refused { why: Why::Shutdown, refused: task })
    }
}

static TOLD: AtomicUsize = AtomicUsize::new(0);

/// How often the hook is told, and whether there is a panic.
fn told(run: impl FnOnce()) -> (usize, bool) {
    let before = TOLD.load(Ordering::Relaxed);
    let panicked = catch_unwind(AssertUnwindSafe(run)).is_err();
    (TOLD.load(Ordering::Relaxed) - before, panicked)
}

// rule: remote-lost-no-value
#[test]
fn the_panic_hook_is_told_of_a_loss_where_it_is_a_panic_and_not_where_it_is_a_cancellation() {
    panic::set_hook(Box::new(|_| {
        TOLD.fetch_add(1, Ordering::Relaxed);
    }));
    let lost = || remote(&Gone, async { 1 });
    assert_eq!(told(|| assert_eq!(block_on(lost()), 1)), (1, true));
    assert_eq!(told(|| assert_eq!(block_on(gather([lost(), lost()])), [1, 1])), (1, true));
    let whole = scope(async |_: Scope<'_, &str>| Ok(lost().await));
    assert_eq!(told(|| assert!(block_on(whole).is_err())), (0, false));
    let _ = panic::take_hook();
}
