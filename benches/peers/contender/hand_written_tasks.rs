//! The hand-written bounds of children on tokio: nothing but the tasks, and where their outputs go.
//!
//! Outputs are numbers, so that an atomic can hold one. Nobody is cancelled, nobody panics, and the
//! parent is a task, whose waker stays the same.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use futures::task::AtomicWaker;

use super::{Bound, Gather};
use crate::child::Child;

/// The bound of a gather: a place for each output, made beforehand, never counted and never freed.
pub(crate) struct Places {
    outputs: Vec<AtomicU64>,
    /// Of each group of neighbours, how many children have not ended.
    neighbours: Vec<Left>,
    /// How many groups have not ended.
    groups: Left,
    parent: AtomicWaker,
}

/// A number that is counted down, on a line of memory of its own.
#[derive(Default)]
#[repr(align(128))]
struct Left(AtomicUsize);

impl Left {
    fn begin(&self, n: usize) {
        // Relaxed: whoever counts down is spawned after it.
        self.0.store(n, Ordering::Relaxed);
    }

    /// Counts one down; says whether it was the last.
    fn end_one(&self) -> bool {
        // AcqRel: pairs with itself, and with `none`.
        self.0.fetch_sub(1, Ordering::AcqRel) == 1
    }

    fn none(&self) -> bool {
        // Acquire: pairs with `end_one`.
        self.0.load(Ordering::Acquire) == 0
    }
}

impl Places {
    /// Neighbours mostly run on one thread. A number for all would go from core to core.
    const GROUP: usize = 32;

    pub(crate) fn leak(n: usize) -> &'static Self {
        let outputs = (0..n).map(|_| AtomicU64::new(0)).collect();
        let neighbours = (0..n.div_ceil(Self::GROUP)).map(|_| Left::default()).collect();
        let (groups, parent) = (Left::default(), AtomicWaker::new());
        Box::leak(Box::new(Self { outputs, neighbours, groups, parent }))
    }

    /// Spawns a task for each of the `n` children; the outputs are in the order given. One gather
    /// at a time.
    pub(crate) async fn gather<F: Future<Output = u64> + Send + 'static>(
        &'static self,
        mut children: impl Iterator<Item = F>,
    ) -> impl Iterator<Item = u64> {
        self.groups.begin(self.neighbours.len());
        for (outputs, neighbours) in self.outputs.chunks(Self::GROUP).zip(&self.neighbours) {
            neighbours.begin(outputs.len());
            for (output, child) in outputs.iter().zip(&mut children) {
                tokio::spawn(async move {
                    output.store(child.await, Ordering::Relaxed);
                    if neighbours.end_one() && self.groups.end_one() {
                        self.parent.wake();
                    }
                });
            }
        }
        poll_fn(|cx| {
            // Registered first, so that no wake is lost.
            self.parent.register(cx.waker());
            if self.groups.none() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.outputs.iter().map(|output| output.load(Ordering::Relaxed))
    }
}

/// What parent and child share of a child with a handle.
#[derive(Default)]
struct Place {
    output: AtomicU64,
    /// Nought until the child is awaited, or has ended.
    state: AtomicU8,
    /// Set before the child is awaited.
    parent: OnceLock<Waker>,
}

impl Place {
    const AWAITED: u8 = 1;
    const ENDED: u8 = 2;
}

/// The bound of a child with a handle: one allocation beside the task.
pub(crate) struct Handle(Arc<Place>);

impl Handle {
    pub(crate) fn spawn<F: Future<Output = u64> + Send + 'static>(child: F) -> Self {
        let place = Arc::<Place>::default();
        let theirs = Arc::clone(&place);
        tokio::spawn(async move {
            theirs.output.store(child.await, Ordering::Relaxed);
            // AcqRel: pairs with the load and the swap in `Handle::poll`.
            if theirs.state.swap(Place::ENDED, Ordering::AcqRel) == Place::AWAITED {
                theirs.parent.get().expect("whoever awaits can be woken").wake_by_ref();
            }
        });
        Self(place)
    }
}

impl Future for Handle {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        let place = &self.0;
        // Acquire: pairs with the child's swap.
        if place.state.load(Ordering::Acquire) != Place::ENDED {
            place.parent.get_or_init(|| cx.waker().clone());
            // AcqRel: pairs with the child's swap. The waker is there first, so no wake is lost.
            if place.state.swap(Place::AWAITED, Ordering::AcqRel) != Place::ENDED {
                return Poll::Pending;
            }
        }
        Poll::Ready(place.output.load(Ordering::Relaxed))
    }
}

/// The bound of shards: each task makes its share of `n` children, and is the bound of a gather of
/// them; the outputs are in order.
pub(crate) async fn shards<F: Child<Output = u64>>(
    tasks: usize,
    n: usize,
    child: impl Fn(u64) -> F + Copy + Send + 'static,
) -> Vec<u64> {
    let tasks = tasks.min(n);
    let first = move |task| n * task / tasks;
    let shard = |task| {
        let share = first(task)..first(task + 1);
        tokio::spawn(async move { Bound::gather(share.map(|at| child(at as u64)).collect()).await })
    };
    let shards: Vec<_> = (0..tasks).map(shard).collect();
    let mut outputs = Vec::with_capacity(n);
    for shard in shards {
        outputs.extend(shard.await.expect("no child panics"));
    }
    outputs
}
