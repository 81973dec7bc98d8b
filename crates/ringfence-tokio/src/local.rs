//! Tasks that stay on their thread.

use ringfence_core::rt::{LocalTask, Refused, SpawnLocal};
use tokio::task::LocalSet;

/// Runs tasks on the thread of a [`LocalSet`].
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
