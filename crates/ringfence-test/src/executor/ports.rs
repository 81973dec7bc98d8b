//! The test runtime as a runtime of ringfence: what takes tasks and jobs, and tells the time.

use super::{TestRuntime, here::Here, sleep::VirtualSleep, tasks::Work};
use ringfence_core::rt::{
    Job, LocalTask, Refused, Sleeping, Spawn, SpawnBlocking, SpawnLocal, Task, Timer, Why,
};
use std::{panic::Location, sync::Arc, time::Instant};

impl TestRuntime {
    /// Starts a task that reports call by its name.
    ///
    /// # Panics
    ///
    /// If the runtime refuses it: it has ended, or was told to.
    ///
    /// # Examples
    ///
    /// ```
    /// use ringfence_test::{TestRuntime, run};
    /// use std::{future::pending, panic::catch_unwind};
    ///
    /// let deadlock = catch_unwind(|| {
    ///     run(0, async {
    ///         TestRuntime::current().spawn_named("waiter", pending());
    ///         pending::<()>().await;
    ///     })
    /// });
    /// let report = deadlock.unwrap_err();
    /// assert!(report.downcast::<String>().unwrap().contains("waiter"));
    /// ```
    #[track_caller]
    pub fn spawn_named(
        &self,
        name: impl Into<String>,
        future: impl Future<Output = ()> + Send + 'static,
    ) {
        let (name, place) = (Some(name.into()), Location::caller());
        if let Err(refused) = self.admit(Task::new(future), Work::Task, name, place) {
            panic!("not spawned: {refused}");
        }
    }

    fn admit<X>(
        &self,
        work: X,
        as_work: fn(X) -> Work,
        name: Option<String>,
        place: &'static Location<'static>,
    ) -> Result<(), Refused<X>> {
        self.shared.tasks.with(|tasks| match tasks.refuses {
            Some(why) => Err(Refused { why, refused: work }),
            None => {
                tasks.add(as_work(work), name, known(place), &self.shared);
                Ok(())
            }
        })
    }
}

/// Returns `place`, unless it is in this file: a call of a `dyn Spawn` knows no other.
fn known(place: &'static Location<'static>) -> Option<&'static Location<'static>> {
    (place.file() != file!()).then_some(place)
}

impl Spawn for TestRuntime {
    #[track_caller]
    fn spawn(&self, task: Task) -> Result<(), Refused<Task>> {
        self.admit(task, Work::Task, None, Location::caller())
    }
}

/// Only inside [`run`](TestRuntime::run), since it is then known which thread is the runtime's.
impl SpawnLocal for TestRuntime {
    #[track_caller]
    fn spawn_local(&self, task: LocalTask) -> Result<(), Refused<LocalTask>> {
        let Some(here) = Here::of(self) else {
            return Err(Refused { why: Why::NoContext, refused: task });
        };
        let place = Location::caller();
        let id = self.shared.tasks.with(|tasks| match tasks.refuses {
            Some(why) => Err(why),
            None => Ok(tasks.add(Work::Local, None, known(place), &self.shared)),
        });
        match id {
            Ok(id) => {
                here.put(id, task);
                Ok(())
            }
            Err(why) => Err(Refused { why, refused: task }),
        }
    }
}

impl SpawnBlocking for TestRuntime {
    #[track_caller]
    fn spawn_blocking(&self, job: Job) -> Result<(), Refused<Job>> {
        self.admit(job, Work::Job, None, Location::caller())
    }
}

impl Timer for TestRuntime {
    fn now(&self) -> Instant {
        self.clock().now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleeping {
        let deadline = deadline.saturating_duration_since(self.shared.base);
        Box::pin(VirtualSleep::new(Arc::clone(&self.shared), deadline))
    }
}
