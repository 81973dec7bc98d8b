//! Spawners of the `futures` crates as spawners of ours, and back.

use futures_task::{FutureObj, LocalFutureObj, LocalSpawn, SpawnError};
use ringfence_core::rt::{LocalTask, Refused, Spawn, SpawnLocal, Task, Why};

extern crate alloc;
use alloc::boxed::Box;

/// A spawner of the `futures` crates, as one of ours.
///
/// It takes any [`futures_task::Spawn`] for tasks that may move between threads, and any
/// [`LocalSpawn`] for those that stay.
///
/// A spawner that says beforehand that it takes nothing refuses the task, which comes back. One
/// that says so only when it has the task drops it, which its parent learns from the drop.
///
/// # Examples
///
/// ```
/// use futures::executor::LocalPool;
/// use ringfence::{interop::FromFutures, rt::{LocalTask, SpawnLocal}};
/// use std::{cell::Cell, rc::Rc};
///
/// let mut pool = LocalPool::new();
/// let ran = Rc::new(Cell::new(false));
/// let seen = Rc::clone(&ran);
/// FromFutures(pool.spawner()).spawn_local(LocalTask::new(async move { seen.set(true) })).unwrap();
/// pool.run();
/// assert!(ran.get());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FromFutures<S>(pub S);

impl<S: futures_task::Spawn + Send + Sync> Spawn for FromFutures<S> {
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        if self.0.status().is_err() {
            return Err(Refused { why: Why::Shutdown, refused: task });
        }
        // An error has dropped the task by now, and so told its parent.
        let _ = self.0.spawn_obj(FutureObj::new(Box::new(task)));
        Ok(())
    }
}

impl<S: LocalSpawn> SpawnLocal for FromFutures<S> {
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        if self.0.status_local().is_err() {
            return Err(Refused { why: Why::Shutdown, refused: task });
        }
        // As above.
        let _ = self.0.spawn_local_obj(LocalFutureObj::new(Box::new(task)));
        Ok(())
    }
}

/// A spawner of ours, as one of the `futures` crates.
///
/// Whatever the reason of a refusal, theirs can only say that the spawner is shut down.
///
/// # Examples
///
/// ```
/// use futures::task::{Spawn as _, SpawnExt as _};
/// use ringfence::{interop::ToFutures, rt::{Refused, Spawn, Task, Why}};
///
/// struct Closed;
///
/// impl Spawn for Closed {
///     fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
///         Err(Refused { why: Why::Shutdown, refused: task })
///     }
/// }
///
/// assert!(ToFutures(Closed).spawn(async {}).unwrap_err().is_shutdown());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ToFutures<R>(pub R);

impl<R: Spawn> futures_task::Spawn for ToFutures<R> {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.spawn(Task::new(future)).map_err(|_| SpawnError::shutdown())
    }
}

impl<R: SpawnLocal> LocalSpawn for ToFutures<R> {
    fn spawn_local_obj(&self, future: LocalFutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.spawn_local(LocalTask::new(future)).map_err(|_| SpawnError::shutdown())
    }
}
