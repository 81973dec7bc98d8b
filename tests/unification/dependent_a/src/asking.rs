//! What each dependent asks, from code of its own.

use ringfence::{
    rt::{self, NoRuntime, Spawn as _, Task, Timer as _},
    sleep,
};
use std::{sync::mpsc, thread, time::Duration};

/// Returns the name of a thread of the runtime in force, on which it has run a task.
///
/// # Errors
///
/// [`NoRuntime`], if none is in force.
///
/// # Panics
///
/// If the runtime does not run the task.
pub fn thread_in_force() -> Result<String, NoRuntime> {
    let (send, receive) = mpsc::channel();
    let task = Task::new(async move {
        send.send(thread::current().name().unwrap_or_default().to_owned()).expect("it is awaited");
    });
    rt::current()?.spawn(task).expect("the runtime runs");
    Ok(receive.recv().expect("the task has run"))
}

/// Sleeps for `duration`, and returns how much time that took by the clock in force.
///
/// # Cancel safety
///
/// Nothing is lost if the future is dropped.
pub async fn slept(duration: Duration) -> Duration {
    let start = rt::timer().now();
    sleep(duration).await;
    rt::timer().now() - start
}
