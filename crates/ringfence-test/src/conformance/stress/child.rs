//! A child, and the record of what is done to it.

use super::{
    family::Fence,
    plan::{Manner, spin},
};
use crate::conformance::watch::inside;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

/// The failure of a child, and the payload of its panic, where the plan has it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned;

/// What was done to a child.
pub(super) struct Record {
    pub(super) manner: Manner,
    /// The place of its task in its family, from its first poll, if it has one.
    task: AtomicUsize,
    /// The number of the poll of its task in which it was last polled.
    last_poll: AtomicUsize,
    is_inside: AtomicBool,
    is_dead: AtomicBool,
}

/// Nowhere yet.
const NO_TASK: usize = usize::MAX;

impl Record {
    fn new(manner: Manner) -> Self {
        Self {
            manner,
            task: AtomicUsize::new(NO_TASK),
            last_poll: AtomicUsize::new(0),
            is_inside: AtomicBool::new(false),
            is_dead: AtomicBool::new(false),
        }
    }

    /// Returns the place of its task among those of its family, if it is known.
    pub(super) fn task(&self) -> Option<usize> {
        Some(self.task.load(SeqCst)).filter(|task| *task != NO_TASK)
    }

    pub(super) fn last_poll(&self) -> usize {
        self.last_poll.load(SeqCst)
    }

    /// Whether its destructor has ended.
    pub(super) fn is_dead(&self) -> bool {
        self.is_dead.load(SeqCst)
    }
}

/// A child of a family.
pub(super) struct Child<F> {
    // Dropped first.
    future: Pin<Box<F>>,
    life: Life,
}

impl<F: Future<Output = Result<(), Planned>>> Child<F> {
    pub(super) fn new(fence: &Arc<Fence>, manner: Manner, destructor: usize, future: F) -> Self {
        let record = Arc::new(Record::new(manner));
        fence.admit(Arc::clone(&record));
        fence.world.enter();
        fence.world.count_child();
        let life = Life { record, fence: Arc::clone(fence), destructor };
        Self { future: Box::pin(future), life }
    }
}

impl<F: Future<Output = Result<(), Planned>>> Future for Child<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = self.life.enter();
        self.future.as_mut().poll(cx)
    }
}

/// What a child has beside its future, and loses last.
struct Life {
    record: Arc<Record>,
    fence: Arc<Fence>,
    destructor: usize,
}

impl Life {
    /// Notes that a poll begins.
    fn enter(&self) -> Inside {
        let (record, world) = (&self.record, &self.fence.world);
        if record.is_inside.swap(true, SeqCst) {
            world.fault("a child is polled by two at a time".to_owned());
        }
        match (record.manner, inside()) {
            (Manner::InPlace, _) if self.fence.is_closed() => {
                world.fault("a child in place was polled after its parent had gone".to_owned());
            }
            (Manner::InPlace, _) => {}
            (_, None) => world.fault("a remote child is polled in no task".to_owned()),
            (_, Some(task)) => {
                if record.task().is_none() {
                    match self.fence.watch.place_of(&task) {
                        Some(place) => record.task.store(place, SeqCst),
                        None => {
                            world.fault("a remote child is polled in another's task".to_owned())
                        }
                    }
                    // After that, so that who sees this knows whose it is.
                    task.claim();
                }
                record.last_poll.store(task.number(), SeqCst);
                self.fence.expect_in_time(record);
            }
        }
        Inside(Arc::clone(record))
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        spin(self.destructor);
        self.record.is_dead.store(true, SeqCst);
        self.fence.world.leave();
    }
}

/// A poll of a child, until it is dropped.
struct Inside(Arc<Record>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.is_inside.store(false, SeqCst);
    }
}
