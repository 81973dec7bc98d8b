//! Tasks that stay on their thread.

use ringfence_core::rt::{LocalTask, Refused, SpawnLocal, Why};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};
use tokio::task::{LocalSet, spawn_local};

/// Runs tasks on the thread of a [`LocalSet`].
///
/// They run when the set does. A set that is dropped drops its tasks.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{LocalTask, SpawnLocal};
/// use ringfence_tokio::TokioLocal;
/// use std::{cell::Cell, rc::Rc};
///
/// let set = tokio::task::LocalSet::new();
/// let ran = Rc::new(Cell::new(false));
/// let seen = Rc::clone(&ran);
/// TokioLocal(&set).spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap();
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// runtime.block_on(set);
/// assert!(ran.get());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioLocal<'a>(pub &'a LocalSet);

impl SpawnLocal for TokioLocal<'_> {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        drop(self.0.spawn_local(task));
        Ok(())
    }
}

/// Runs tasks on this thread, in the `LocalSet` or `LocalRuntime` that the code runs inside.
///
/// Outside of both it refuses a task, with [`Why::NoContext`]. Tokio offers no way to ask, and
/// panics; that panic is caught, though a panic hook sees it. With `panic = "abort"` the process
/// ends, as it does with tokio's own `spawn_local`.
///
/// # Examples
///
/// ```
/// use ringfence_core::rt::{LocalTask, SpawnLocal, Why};
/// use ringfence_tokio::TokioHere;
/// use std::{cell::Cell, rc::Rc};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let set = tokio::task::LocalSet::new();
/// let ran = Rc::new(Cell::new(false));
/// let seen = Rc::clone(&ran);
/// set.spawn_local(async {
///     TokioHere.spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap();
/// });
/// runtime.block_on(set);
/// assert!(ran.get());
///
/// let refused = TokioHere.spawn_local(LocalTask::new(async {})).unwrap_err();
/// assert_eq!(refused.why, Why::NoContext);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioHere;

impl SpawnLocal for TokioHere {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        // What is given to tokio is gone when it panics: so it is given where the task is.
        let place = Rc::new(Cell::new(Some(task)));
        let there = Rc::clone(&place);
        let run = async move {
            if let Some(task) = there.take() {
                task.await;
            }
        };
        if catch_unwind(AssertUnwindSafe(|| drop(spawn_local(run)))).is_ok() {
            return Ok(());
        }
        let refused = place.take().expect("nobody has polled what was refused");
        Err(Refused { why: Why::NoContext, refused })
    }
}
