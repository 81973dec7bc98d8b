//! A parent with its children, which checks the promises when it ends and when it is dropped.

use super::{child::Record, plan::Manner, world::World};
use crate::{
    conformance::watch::{Seen, Watch},
    lock::Lock,
};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
    thread,
};

/// A verb or a scope with its children, as a future.
pub(super) struct Family {
    /// None while it is dropped.
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    fence: Arc<Fence>,
    has_ended: bool,
}

impl Family {
    pub(super) fn new(
        fence: Arc<Fence>,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        fence.world.enter();
        Self { future: Some(Box::pin(future)), fence, has_ended: false }
    }

    /// Whether it must not be polled any more.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }
}

impl Future for Family {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let future = self.future.as_mut().expect("it is not being dropped");
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        if matches!(polled, Ok(Poll::Pending)) {
            return Poll::Pending;
        }
        self.has_ended = true;
        self.fence.close(Closing::Ended);
        polled.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(self.future.take())));
        if !self.has_ended {
            self.fence.close(Closing::Dropped);
        }
        self.fence.world.leave();
        if let Err(panic) = dropped {
            if !thread::panicking() {
                resume_unwind(panic);
            }
        }
    }
}

/// What is known of a family from outside.
pub(super) struct Fence {
    pub(super) world: Arc<World>,
    /// The runtime of its children.
    pub(super) watch: Watch,
    children: Lock<Vec<Arc<Record>>>,
    /// How many of the children's jobs are running.
    jobs: AtomicUsize,
    /// The polls of the children's tasks, as they were when it was closed.
    closed: Lock<Option<Vec<Seen>>>,
}

/// How a family has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// It has resolved, or panicked.
    Ended,
    Dropped,
}

impl Fence {
    pub(super) fn new(world: &Arc<World>) -> Self {
        Self {
            world: Arc::clone(world),
            watch: Watch::new(world.spawner()),
            children: Lock::default(),
            jobs: AtomicUsize::new(0),
            closed: Lock::default(),
        }
    }

    pub(super) fn admit(&self, child: Arc<Record>) {
        self.children.with(|children| children.push(child));
    }

    /// Notes that a job of a child begins, until what is returned is dropped.
    pub(super) fn begin_job(self: &Arc<Self>) -> RunningJob {
        self.world.enter();
        self.world.count_job();
        self.jobs.fetch_add(1, SeqCst);
        RunningJob(Arc::clone(self))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.with(|closed| closed.is_some())
    }

    /// Checks that the last poll of a child had begun when the family was closed, if it is.
    pub(super) fn expect_in_time(&self, child: &Record) {
        let Some(task) = child.task() else { return };
        let begun = self.closed.with(|closed| {
            // A task that was not there yet had had no polls.
            closed.as_ref().map(|seen| seen.get(task).map_or(0, |seen| seen.begun))
        });
        let (poll, begun) = (child.last_poll(), begun.unwrap_or(usize::MAX));
        self.world.expect(poll <= begun, || {
            let manner = child.manner;
            format!(
                "a child, {manner:?}, was polled in poll {poll} of its task, of which only {begun} \
                 had begun when its parent was gone"
            )
        });
    }

    /// Checks what must be so at the moment at which the family has ended or was dropped.
    fn close(&self, closing: Closing) {
        self.world.count_closed(closing);
        let jobs = self.jobs.load(SeqCst);
        self.world.expect(closing == Closing::Dropped || jobs == 0, || {
            format!("a family has ended, and {jobs} jobs of its children have not")
        });
        // Before anything is asked of the children: who is not inside of a poll now will never be.
        let seen = self.watch.look();
        for child in self.children.with(|children| children.clone()) {
            let may_be_inside = match child.task() {
                Some(task) => seen[task].inside,
                // In its first poll, in which it has not come to say whose task it is.
                None => seen.iter().any(|task| task.inside && !task.claimed),
            };
            let may_live =
                closing == Closing::Dropped && child.manner == Manner::Remote && may_be_inside;
            if child.is_cut() {
                self.world.count_cut();
            }
            match child.is_dead() {
                true => {}
                false if may_live => self.world.count_inside(),
                false => self.world.fault(format!(
                    "{closing:?}, a family has left behind a child, {:?}, that {}",
                    child.manner,
                    if may_be_inside { "may be inside of a poll" } else { "is idle" },
                )),
            }
        }
        self.closed.with(|closed| *closed = Some(seen));
    }

    /// Whether the runtime has dropped all tasks of the family.
    pub(super) fn is_over(&self) -> bool {
        self.watch.are_gone()
    }

    /// Checks what must be so when all is over.
    pub(super) fn check(&self) {
        self.world.expect(self.is_closed(), || "a family was never dropped".to_owned());
        for child in self.children.with(std::mem::take) {
            // Once more: at its last poll the family may not have been closed yet.
            self.expect_in_time(&child);
        }
    }
}

/// A job of a child, while it runs.
pub(super) struct RunningJob(Arc<Fence>);

impl Drop for RunningJob {
    fn drop(&mut self) {
        self.0.jobs.fetch_sub(1, SeqCst);
        self.0.world.leave();
    }
}
