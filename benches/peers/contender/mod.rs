//! The contenders: each library behind the same few traits, one file each.

mod bits;
mod boxing;
mod futures_buffered;
mod futures_concurrency;
mod futures_rs;
mod hand_written;
mod hand_written_tasks;
mod hand_written_tuple;
mod moro;
mod nursery;
mod placed;
mod ringfence;
mod tokio;
mod unicycle;

use std::task::{Context, Poll};

pub(crate) use self::boxing::Boxing;
pub(crate) use self::futures_buffered::FuturesBuffered;
pub(crate) use self::futures_concurrency::FuturesConcurrency;
pub(crate) use self::futures_rs::{FuturesUnordered, JoinAll, JoinMacro};
pub(crate) use self::hand_written::{Bound, BoundAcrossThreads};
pub(crate) use self::hand_written_tasks::{Handle, Places, shards};
pub(crate) use self::hand_written_tuple::BoundOfWoken;
pub(crate) use self::moro::Moro;
pub(crate) use self::nursery::{MoroLocal, Nest, Nursery, RingfenceLocal};
pub(crate) use self::placed::Placing;
pub(crate) use self::ringfence::Ringfence;
pub(crate) use self::tokio::Tokio;
pub(crate) use self::unicycle::Unicycle;
use crate::child::{Child, Failed};
use crate::drive::Drive;
use crate::harness::{Cell, Measure};

/// Ours, in the tables and in the targets.
pub(crate) const OURS: &str = "ringfence";
/// The hand-written bounds: not peers, and no library could be one.
pub(crate) const BOUND: &str = "bound";

/// A library with a set of children of one type.
pub(crate) trait SetFamily: 'static {
    const NAME: &'static str;
    /// A wake costs a scan of all children, so that few wakes must do.
    const SCANS: bool = false;
    type Drive: Drive;
    type Set<F: Child>: Set<F> + 'static;
}

/// A set of children whose outputs come as the children end.
pub(crate) trait Set<F: Child> {
    /// As its users would make it who know that `n` children come.
    fn with_capacity(n: usize) -> Self;
    fn insert(&mut self, child: F);
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>>;
}

/// A library that awaits a vector of children and returns their outputs in order.
pub(crate) trait Gather: 'static {
    const NAME: &'static str;
    type Drive: Drive;
    fn gather<F: Child>(children: Vec<F>) -> impl Future<Output = Vec<F::Output>>;
}

/// A library that does the same, or returns the first failure.
pub(crate) trait TryGather: 'static {
    const NAME: &'static str;
    type Drive: Drive;
    fn try_gather<F>(children: Vec<F>) -> impl Future<Output = Result<Vec<u64>, Failed>>
    where
        F: Child + Future<Output = Result<u64, Failed>>;
}

/// A library that awaits a tuple of `N` children, poll by poll on the parent's own stack.
pub(crate) trait Tuple<const N: usize>: 'static {
    const NAME: &'static str;
    fn join<F: Future>(make: impl Fn(usize) -> F) -> impl Future<Output = ()>;
}

/// Something to measure on every set.
pub(crate) trait SetWorkload: Copy + 'static {
    fn measure<C: SetFamily>(self) -> Measure;
}

/// Something to measure on every gather.
pub(crate) trait GatherWorkload: Copy + 'static {
    fn measure<C: Gather>(self) -> Measure;
}

/// Something to measure on every gather that may fail.
pub(crate) trait TryGatherWorkload: Copy + 'static {
    fn measure<C: TryGather>(self) -> Measure;
}

/// Something to measure on every nursery.
pub(crate) trait NurseryWorkload: Copy + 'static {
    fn measure<C: Nursery>(self) -> Measure;
}

/// The cells of a workload: one for each contender.
macro_rules! cells {
    ($workload:expr, $kind:ident: $($contender:ty),+ $(,)?) => {
        vec![$(Cell {
            contender: <$contender as $kind>::NAME,
            measure: $workload.measure::<$contender>(),
        }),+]
    };
}

/// The most children in a set that scans them all.
const MOST_SCANNED: usize = 10_000;

/// One cell per library that has a set, for `n` children.
pub(crate) fn sets(n: usize, workload: impl SetWorkload) -> Vec<Cell> {
    let mut cells = cells!(workload, SetFamily:
        FuturesUnordered, FuturesBuffered, Unicycle, Tokio, Ringfence);
    if n <= MOST_SCANNED {
        cells.push(set::<FuturesConcurrency>(workload));
    }
    cells
}

/// The same, and the bound `B`.
pub(crate) fn sets_beside<B: SetFamily>(n: usize, workload: impl SetWorkload) -> Vec<Cell> {
    let mut cells = sets(n, workload);
    cells.push(set::<B>(workload));
    cells
}

/// One cell per library that has a gather, or a set to make one of; and the bound.
pub(crate) fn gathers(workload: impl GatherWorkload) -> Vec<Cell> {
    cells!(workload, Gather:
        Placing<FuturesUnordered>, JoinAll, FuturesBuffered, Placing<Unicycle>,
        FuturesConcurrency, Moro, Placing<Tokio>, Ringfence, Bound)
}

/// The same for a gather that ends with the first failure.
pub(crate) fn try_gathers(workload: impl TryGatherWorkload) -> Vec<Cell> {
    cells!(workload, TryGather:
        Placing<FuturesUnordered>, JoinAll, FuturesBuffered, Placing<Unicycle>,
        FuturesConcurrency, Placing<Tokio>, Ringfence, Bound)
}

/// One cell per nursery, or set to make do with; and the bound.
pub(crate) fn nurseries(workload: impl NurseryWorkload) -> Vec<Cell> {
    cells!(workload, Nursery:
        Boxing<FuturesUnordered>, Moro, MoroLocal, Tokio, Ringfence, Boxing<Bound>)
}

/// The contenders of a nursery whose children stay on their thread.
pub(crate) fn local_nurseries(workload: impl NurseryWorkload) -> Vec<Cell> {
    cells!(workload, Nursery: MoroLocal, RingfenceLocal, Boxing<Bound>)
}

/// One contender on one set workload.
fn set<C: SetFamily>(workload: impl SetWorkload) -> Cell {
    Cell { contender: C::NAME, measure: workload.measure::<C>() }
}

/// One contender on one gather workload.
pub(crate) fn gather<C: Gather>(workload: impl GatherWorkload) -> Cell {
    Cell { contender: C::NAME, measure: workload.measure::<C>() }
}
